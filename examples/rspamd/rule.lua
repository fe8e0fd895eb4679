-- Asks fromguard about every message: a symbol for each code, and its verdict. Without an answer the message gets a soft reject.
local http, ucl, options = require "rspamd_http", require "ucl", rspamd_config:get_all_opt("fromguard") or {}

local function defer(task, why)
  task:insert_result("FROMGUARD_DEFERRED", 1.0, why)
  task:set_pre_result("soft reject", "Sender verification is temporarily unavailable")
end

local function judge(task, err, code, body)
  local parser = ucl.parser()
  if err or code ~= 200 or not parser:parse_string(tostring(body)) then return defer(task, err or "HTTP " .. code) end
  local decision = parser:get_object()
  for _, list in ipairs({ decision.findings or {}, decision.observed or {} }) do
    for _, found in ipairs(list) do
      if found.kind == "fail" or found.kind == "unknown" then
        task:insert_result("FROMGUARD_" .. found.code:upper():gsub("-", "_"), 1.0, found.rule)
      end
    end
  end
  if decision.action == "reject" then return task:set_pre_result("reject", decision.reply.text) end
  if decision.action ~= "accept" or #decision.edits > 0 then return defer(task, decision.code or "no decision") end
end

rspamd_config:register_symbol({ name = "FROMGUARD", type = "prefilter", callback = function(task)
  local envelope, ip = (task:get_from("smtp") or {})[1], task:get_ip()
  local headers = { Authorization = options.token and "Bearer " .. options.token }
  local function tell(name, value)
    if not value then return end
    headers["Fromguard-" .. name] = value:gsub("[^%w@._-]", function(c) return ("%%%02X"):format(c:byte()) end)
  end
  tell("Login", task:get_user())
  tell("Helo", task:get_helo())
  tell("Client", ip and ip:is_valid() and ip:to_string())
  tell("Envelope-From", envelope and envelope.addr)
  local asked = http.request({ url = options.url or "http://127.0.0.1:8025/v1/check", task = task, headers = headers,
    body = task:get_content(), timeout = 5.0, mime_type = "message/rfc822", callback = function(...)
      if not pcall(judge, task, ...) then defer(task, "an answer that is none") end
    end })
  if not asked then defer(task, "cannot ask") end
end })
