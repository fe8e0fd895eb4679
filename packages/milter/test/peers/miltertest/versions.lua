-- Older MTAs: what they do not offer is not asked for, and every event is answered.
for _, version in ipairs({ 2, 3, 4, 6 }) do
  local conn = connect()
  start(conn, version, 0x3f, 0x7f)
  check(not mt.test_option(conn, SMFIP_NR_HDR), "a step that was not offered")
  check(not mt.test_action(conn, SMFIF_CHGFROM), "an action that was not offered")
  envelope(conn, "ann", "<ann@corp.example>")
  must(SMFIR_CONTINUE, conn, "MAIL")
  ok(mt.header(conn, "From", "Ann <ann@corp.example>"), "header")
  must(SMFIR_CONTINUE, conn, "header")
  ok(mt.eoh(conn), "end of header")
  must(SMFIR_CONTINUE, conn, "end of header")
  ok(mt.eom(conn), "end of message")
  must(SMFIR_CONTINUE, conn, "end of message")
  mt.disconnect(conn)
end
