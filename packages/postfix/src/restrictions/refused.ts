/** Restrictions of Postfix that are not evaluated, and why. In small letters. */
export const refusedRestrictions: ReadonlyMap<string, string> = new Map([
  ["reject_unverified_sender", "it needs Postfix's verify(8), which tries to deliver to the address"],
  ["reject_unverified_recipient", "it needs Postfix's verify(8), which tries to deliver to the address"],
  ["reject_maps_rbl", "Postfix has it no more since 3.9; write reject_rbl_client with a domain"],
  ["reject_unknown_forward_client_hostname", "Postfix has its name, and nothing behind it"],
  ["check_address_map", "Postfix has its name, and nothing behind it"],
]);
