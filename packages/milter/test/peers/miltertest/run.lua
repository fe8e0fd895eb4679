-- Runs a script. miltertest exits with 1 where a script fails, and says nothing of it by itself.

function ok(problem, what)
  if problem ~= nil then error(what .. ": " .. problem) end
end

function must(answer, conn, what)
  local got = mt.getreply(conn)
  if got ~= answer then error(what .. ": answered " .. string.char(got) .. ", not " .. string.char(answer)) end
end

function check(is, what)
  if not is then error(what) end
end

function connect()
  local conn = mt.connect(socket)
  if conn == nil then error("no connection to " .. socket) end
  return conn
end

-- miltertest takes the steps before the actions; its manual has them the other way round.
function offer(conn, version, actions, steps)
  ok(mt.negotiate(conn, version, steps, actions), "negotiation")
end

-- Every event is sent, and continues.
function start(conn, version, actions, steps)
  offer(conn, version, actions, steps)
  ok(mt.conninfo(conn, "client.example", "192.0.2.1"), "CONNECT")
  must(SMFIR_CONTINUE, conn, "CONNECT")
  ok(mt.helo(conn, "client.example"), "HELO")
  must(SMFIR_CONTINUE, conn, "HELO")
end

function envelope(conn, login, sender)
  mt.macro(conn, SMFIC_MAIL, "i", "4F00", "{auth_authen}", login)
  ok(mt.mailfrom(conn, sender, "SIZE=500"), "MAIL")
end

function header(conn, from)
  ok(mt.header(conn, "From", from), "header")
  ok(mt.header(conn, "Subject", "hello"), "header")
  ok(mt.eoh(conn), "end of header")
end

function content(conn, from)
  ok(mt.rcptto(conn, "<bob@dest.example>"), "RCPT")
  ok(mt.data(conn), "DATA")
  header(conn, from)
  ok(mt.bodystring(conn, "Hi there\r\n"), "body")
  ok(mt.eom(conn), "end of message")
end

local fine, problem = pcall(dofile, folder .. "/" .. script .. ".lua")
if not fine then
  mt.echo(problem)
  error(problem)
end
