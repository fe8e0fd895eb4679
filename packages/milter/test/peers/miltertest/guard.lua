local conn = connect()
offer(conn, 6, 0x1ff, 0x1fffff)
for name, option in pairs({
  NOBODY = SMFIP_NOBODY,
  NOUNKNOWN = SMFIP_NOUNKNOWN,
  NORCPT = SMFIP_NORCPT,
  NODATA = SMFIP_NODATA,
  NR_CONN = SMFIP_NR_CONN,
  NR_HELO = SMFIP_NR_HELO,
  NR_RCPT = SMFIP_NR_RCPT,
  NR_HDR = SMFIP_NR_HDR,
  NR_EOH = SMFIP_NR_EOH,
  HDR_LEADSPC = SMFIP_HDR_LEADSPC,
}) do
  check(mt.test_option(conn, option), name .. " is asked for")
end
for name, option in pairs({ NOCONNECT = SMFIP_NOCONNECT, NOHELO = SMFIP_NOHELO, NOMAIL = SMFIP_NOMAIL,
  NOHDRS = SMFIP_NOHDRS, NOEOH = SMFIP_NOEOH, NR_MAIL = SMFIP_NR_MAIL, RCPT_REJ = SMFIP_RCPT_REJ }) do
  check(not mt.test_option(conn, option), name .. " is not asked for")
end
for name, action in pairs({ ADDHDRS = SMFIF_ADDHDRS, CHGHDRS = SMFIF_CHGHDRS, QUARANTINE = SMFIF_QUARANTINE }) do
  check(mt.test_action(conn, action), name .. " is asked for")
end
check(not mt.test_action(conn, SMFIF_CHGBODY), "CHGBODY is not asked for")
ok(mt.conninfo(conn, "client.example", "192.0.2.1"), "CONNECT")
ok(mt.helo(conn, "client.example"), "HELO")

-- Honest, forged in the envelope, forged in the header, honest again.
envelope(conn, "ann", "<ann@corp.example>")
must(SMFIR_CONTINUE, conn, "MAIL")
header(conn, " Ann <ann@corp.example>")
ok(mt.eom(conn), "end of message")
must(SMFIR_CONTINUE, conn, "end of message")

envelope(conn, "eve", "<ann@corp.example>")
must(SMFIR_REPLYCODE, conn, "MAIL of another")
ok(mt.abort(conn), "ABORT")

envelope(conn, "ann", "<ann@corp.example>")
must(SMFIR_CONTINUE, conn, "MAIL")
header(conn, " Ceo <ceo@corp.example>")
ok(mt.eom(conn), "end of message")
must(SMFIR_REPLYCODE, conn, "end of a forged message")
ok(mt.abort(conn), "ABORT")

envelope(conn, "ann", "<ann@corp.example>")
header(conn, " Ann <ann@corp.example>")
ok(mt.eom(conn), "end of message")
must(SMFIR_CONTINUE, conn, "end of message")
mt.disconnect(conn)
