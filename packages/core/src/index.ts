export { type Address, addressFromInternal, formatAddress, formatLocalPart, formatMailbox } from "./address/address.js";
export { fold, lowerAscii } from "./address/fold.js";
export {
  type MailboxPath,
  type MalformedPath,
  type NullPath,
  type Path,
  parsePath,
  pathFromInternal,
} from "./address/path.js";
export { type CachedResolverOptions, cachedResolver } from "./dns/cached-resolver.js";
export { type DomainExistence, domainExistence, hostExistence, isMailHost } from "./dns/domain-existence.js";
export type { Answered, DnsAnswer, MxRecord, Resolver } from "./dns/resolver.js";
export {
  type Domain,
  type DomainLiteral,
  type DomainName,
  type InvalidDomain,
  isFullyQualified,
  isHostName,
  isSameDomain,
  type NoDomain,
  parseDomain,
} from "./domain/domain.js";
export { parseIpAddress, parseIpOctets } from "./domain/ip-address.js";
export { formatIpAddress, holds, type IpNetwork, parseIpNetwork } from "./domain/ip-network.js";
export { decodePunycode, encodePunycode } from "./domain/punycode.js";
export { urlHost } from "./domain/url-host.js";
export { type AddSenderOptions, addSender, type SenderWhen } from "./edits/add-sender.js";
export { applyEdits } from "./edits/apply-edits.js";
export { type CureOptions, cure } from "./edits/cure.js";
export { hmacSha256, type KeyedHash, type StampLoginOptions, stampLogin } from "./edits/stamp-login.js";
export type { EditTarget } from "./edits/target.js";
export type { GuardCounters } from "./guard/counters.js";
export {
  createGuard,
  type DecideOptions,
  type Explanation,
  type Guard,
  type GuardOptions,
  type Transaction,
} from "./guard/guard.js";
export type { ShownAddress } from "./headers/display.js";
export {
  checkLimits,
  HEADER_LIMITS,
  type HeaderLimits,
  MESSAGE_LIMITS,
  type MessageLimits,
  type OriginatorLimits,
} from "./headers/limits.js";
export type { Mailbox } from "./headers/mailbox-list.js";
export {
  type OriginatorField,
  type OriginatorName,
  readOriginators,
  type ShownMailbox,
} from "./headers/originators.js";
export { readHeaderBytes } from "./headers/read-bytes.js";
export { type HeaderListItem, HeaderListReader, LIST_BLIND_TO, readHeaderList } from "./headers/read-list.js";
export { type Message, readMessage } from "./headers/read-message.js";
export { scanBody } from "./headers/scan-body.js";
export type { Anomaly, BodyAnomalies, Form, HeaderField, HeaderSection } from "./headers/section.js";
export { type DecisionJson, decisionToJson, type FindingJson, type Json, type TraceJson } from "./json/decision.js";
export { nearestKey as nearestTransactionKey, TRANSACTION_KEYS, type TransactionKey } from "./json/keys.js";
export { type Line, linesOf } from "./json/lines.js";
export { type HoldingJson, type ListingJson, listingToJson } from "./json/listing.js";
export { didYouMean, nearest } from "./json/nearest.js";
export {
  MAX_MESSAGE_BYTES,
  MAX_RECIPIENTS,
  type ParsedTransaction,
  parseTransaction,
  type TransactionOptions,
} from "./json/transaction.js";
export { type AliasMapDeliveries, type AliasMapOptions, aliasMapDeliveries } from "./ownership/alias-map.js";
export { type CachedOwnershipOptions, cachedOwnership } from "./ownership/cached-ownership.js";
export type { Directory, Gap, Holding, Listing, Reach, Remedy } from "./ownership/directory.js";
export { firstMatchOwnership } from "./ownership/first-match-ownership.js";
export type {
  Delivery,
  DomainRule,
  Grant,
  Grantee,
  Grants,
  Membership,
  Origin,
  Right,
  Statement,
  Target,
} from "./ownership/grants.js";
export type { LoginCase } from "./ownership/graph/compile.js";
export {
  type OwnershipGraph,
  type OwnershipGraphOptions,
  ownershipGraph,
  ownershipGraphSteps,
} from "./ownership/graph/ownership-graph.js";
export { scopeCovers } from "./ownership/graph/scopes.js";
export { type Hit, type LookupOptions, searchTables } from "./ownership/key-search.js";
export { type LoginMapOptions, loginMap } from "./ownership/login-map.js";
export {
  type AccessMapKeyOptions,
  accessMapKeys,
  domainAndParents,
  type ExtensionOptions,
  type KeyStep,
  type LoginMapKeyOptions,
  loginMapKeys,
  lookupDomains,
  splitExtension,
} from "./ownership/login-map-keys.js";
export {
  type LoginIdentities,
  type LoginIdentity,
  type LoginRule,
  type OwnerLogin,
  ownerLogin,
} from "./ownership/login-rule.js";
export type { MemberOrSource, OwnershipMember } from "./ownership/member.js";
export { type OwnedAddressesOptions, ownedAddresses } from "./ownership/owned-addresses.js";
export { grantLine, isOwner, listOwners } from "./ownership/owners.js";
export { type Answer, mayUse, type Ownership, type Question, type Role } from "./ownership/ownership.js";
export { type AskFunction, type Claim, ownershipOf } from "./ownership/ownership-of.js";
export { unionOwnership } from "./ownership/union-ownership.js";
export { withLoginRule } from "./ownership/with-login-rule.js";
export { actOn, type FailAction, TAG_FIELD } from "./rule/act-on.js";
export {
  all,
  any,
  firstOf,
  named,
  not,
  orElse,
  type ScoreThresholds,
  score,
  unless,
  warnOnly,
  when,
} from "./rule/combinators.js";
export {
  type Client,
  ENVELOPE_FACTS,
  FACT_NAMES,
  type FactName,
  type Facts,
  type FactsInput,
  facts,
  type LocalUser,
  type MutableFacts,
} from "./rule/facts.js";
export { type MessageFacts, type MessageOptions, messageFacts } from "./rule/message-facts.js";
export { type Predicate, predicate, type Rule, type RuleContext, rule, type TraceNode } from "./rule/rule.js";
export { type BodyUnambiguousOptions, bodyUnambiguous } from "./rules/body-unambiguous.js";
export { clientIn } from "./rules/client-in.js";
export { type DomainExistsOptions, domainExists } from "./rules/domain-exists.js";
export { type EnvelopeHeaderAlignedOptions, envelopeHeaderAligned } from "./rules/envelope-header-aligned.js";
export { type HeaderOriginatorsOwnedOptions, headerOriginatorsOwned } from "./rules/header-originators-owned.js";
export { hasLogin, isLocal } from "./rules/identity.js";
export {
  type LocalOriginatorsMatchEnvelopeOptions,
  localOriginatorsMatchEnvelope,
} from "./rules/local-originators-match-envelope.js";
export { loginEqualsSenders } from "./rules/login-equals-senders.js";
export { type LoginOwnsEnvelopeOptions, loginOwnsEnvelope } from "./rules/login-owns-envelope.js";
export {
  type OriginatorPolicy,
  type OriginatorPreset,
  originatorPolicy,
  type Stance,
} from "./rules/originator-policy.js";
export { type OwnedAddressNeedsLoginOptions, ownedAddressNeedsLogin } from "./rules/owned-address-needs-login.js";
export { type RelayOnlyForLoginOptions, relayOnlyForLogin } from "./rules/relay-only-for-login.js";
export { type RequireFqdnOptions, requireFqdn } from "./rules/require-fqdn.js";
export { requireLogin } from "./rules/require-login.js";
export { type SenderDomainIsOursOptions, senderDomainIsOurs } from "./rules/sender-domain-is-ours.js";
export { type SenderExistsOptions, senderExists } from "./rules/sender-exists.js";
export { allSteps, type Steps } from "./steps/steps.js";
export { cidrTable } from "./table/cidr-table.js";
export { pipeTable, unionTable } from "./table/composite-tables.js";
export { brokenTable, failTable } from "./table/fail-table.js";
export { inlineTable } from "./table/inline-table.js";
export { isOverlong, isUtf8 } from "./table/keys.js";
export { quotedWord, splitOutsideBraces, unbraced } from "./table/lists.js";
export { type LogicalLine, type LogicalLines, logicalLines } from "./table/logical-lines.js";
export { type OpenTableOptions, openTable } from "./table/open-table.js";
export { type PcreTableOptions, pcreTable } from "./table/pcre-table.js";
export { randomTable } from "./table/random-table.js";
export { type DatabaseRecord, recordTable } from "./table/record-table.js";
export { regexpTable } from "./table/regexp-table.js";
export { staticTable } from "./table/static-table.js";
export { strictTable } from "./table/strict-table.js";
export {
  type LoadedTable,
  type Lookup,
  MAX_KEY_BYTES,
  NOT_FOUND,
  type Table,
  type TableEntry,
  type TableTextOptions,
  type TableWarning,
} from "./table/table.js";
export { tableOf } from "./table/table-of.js";
export { parseTableSpec, type TableSpec } from "./table/table-spec.js";
export { type TextHashOptions, textHashSteps, textHashTable } from "./table/texthash-table.js";
export { andThen } from "./verdict/and-then.js";
export { type Code, type CodeEntry, codes, TRY_LATER } from "./verdict/codes.js";
export { absurd, type Decision, type Finding } from "./verdict/decision.js";
export type { Edit } from "./verdict/edit.js";
export { FromguardError, type FromguardErrorCode, isFromguardError, type Place } from "./verdict/error.js";
export type { Evidence } from "./verdict/evidence.js";
export { checkReplies, type ReplyChange, type ReplyChanges } from "./verdict/replies.js";
export { formatReply, formatReplyText, MAX_REPLY_TEXT, printable, type Reply } from "./verdict/reply.js";
export {
  type Fail,
  fail,
  failWith,
  isRejection,
  type Pass,
  pass,
  type Skip,
  severity,
  skip,
  type Unknown,
  unknown,
  type Verdict,
} from "./verdict/verdict.js";
