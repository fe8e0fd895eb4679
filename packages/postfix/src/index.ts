export type {
  AddressClass,
  AddressResolver,
  ParsedAddress,
  Resolution,
  ResolvedAddress,
} from "./address/address-resolver.js";
export { type AddressResolverOptions, createAddressResolver } from "./address/create-address-resolver.js";
export type { OwnAddresses } from "./address/own-addresses.js";
export { otherServices } from "./import/other-services.js";
export { translateMainCf } from "./import/translate-main-cf.js";
export type { ImportedRule, ImportNote, Translation } from "./import/translation.js";
export type { LintCode, LintFacts, LintFinding, ServiceName, TableText } from "./lint/finding.js";
export { type LintedService, lintedTables, lintMainCf, lintServices } from "./lint/lint-main-cf.js";
export type { MatchList, Membership } from "./lists/match-list.js";
export type { MainCf } from "./main-cf/main-cf.js";
export { type MainCfOptions, readMainCf } from "./main-cf/read-main-cf.js";
export type { Override } from "./master-cf/options.js";
export { type MasterService, readMasterCf, runsSmtpd } from "./master-cf/read-master-cf.js";
export type { AskPolicy, PolicyReply } from "./policy/ask-policy-service.js";
export type { PolicyAttributes } from "./policy/policy-attributes.js";
export type { PolicyService } from "./policy/policy-service.js";
export type { Attempt, Outcome, TraceStep } from "./smtpd/attempt.js";
export { createSmtpd, type Smtpd, type SmtpdOptions } from "./smtpd/create-smtpd.js";
export { type LoadOptions, loadSettings } from "./smtpd/load-settings.js";
export { type MainCfNeed, postfixRestrictions } from "./smtpd/postfix-restrictions.js";
export type { ListName, Settings } from "./smtpd/settings.js";
export type { Account } from "./submission/account.js";
export { loadLocalSubmission } from "./submission/load-local-submission.js";
export type { LocalSubmission, SubmissionAnswer } from "./submission/local-submission.js";
