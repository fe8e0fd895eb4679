
-- Who sends says what is answered to MAIL, and the recipient what to RCPT.
local function at_mail(word)
  local conn = connect()
  start(conn)
  envelope(conn, "ann", "<" .. word .. "@corp.example>")
  return conn
end

for word, answer in pairs({
  reject = SMFIR_REJECT,
  tempfail = SMFIR_TEMPFAIL,
  discard = SMFIR_DISCARD,
  accept = SMFIR_ACCEPT,
  reply = SMFIR_REPLYCODE,
}) do
  local conn = at_mail(word)
  must(answer, conn, "MAIL from " .. word)
  mt.disconnect(conn)
end

local conn = at_mail("nobody")
must(SMFIR_CONTINUE, conn, "MAIL")
ok(mt.rcptto(conn, "<reply@dest.example>"), "RCPT")
must(SMFIR_REPLYCODE, conn, "RCPT")
ok(mt.rcptto(conn, "<bob@dest.example>"), "RCPT")
must(SMFIR_CONTINUE, conn, "RCPT")
ok(mt.data(conn), "DATA")
ok(mt.header(conn, "From", "skip"), "header")
ok(mt.eoh(conn), "end of header")
ok(mt.bodystring(conn, "one\r\n"), "body")
must(SMFIR_SKIP, conn, "body")
ok(mt.eom(conn), "end of message")
must(SMFIR_REPLYCODE, conn, "end of message")
mt.disconnect(conn)
