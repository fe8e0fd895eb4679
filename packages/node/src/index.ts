export { type NodeResolverOptions, nodeResolver } from "./dns/node-resolver.js";
export {
  MAX_OPEN_QUESTIONS,
  MAX_WAITING_QUESTIONS,
  type WireResolverOptions,
  wireResolver,
} from "./dns/wire-resolver.js";
export { organisationalDomain } from "./domain/organisational-domain.js";
export { type Following, type FollowOptions, followFiles, type Stamped } from "./files/follow-files.js";
export { inSlices } from "./files/pace.js";
export { stampOf, stampOfSync } from "./files/stamp.js";
export type { GrantsWarning } from "./grants/collector.js";
export { type FileGrants, type FileGrantsOptions, fileGrants, type GrantsReload } from "./grants/file-grants.js";
export { type ReadGrants, type ReadGrantsOptions, readGrants } from "./grants/read-grants.js";
export type { Admission } from "./listener/admission.js";
export {
  DEFAULT_GRACE_MS,
  DEFAULT_MAX_CONNECTIONS,
  type Listener,
  type ListenOptions,
  listen,
  type Refusal,
} from "./listener/listen.js";
export {
  formatListenAddress,
  type ListenAddress,
  parseListenAddress,
  type SystemdAddress,
  type TcpAddress,
  type UnixAddress,
} from "./listener/listen-address.js";
export { SharedBuffers } from "./listener/shared-buffers.js";
export { type Ready, Turn } from "./listener/turn.js";
export type { UnixSocketAccess } from "./listener/unix-socket.js";
export { askPolicyServer, MAX_POLICY_REPLY_BYTES, type PolicyClientReply } from "./policy-client.js";
export { type FileTable, type FileTableOptions, fileTable, type TableReload } from "./tables/file-table.js";
export {
  MAX_TABLE_BYTES,
  type ReadTable,
  type ReadTableOptions,
  readStamped,
  readTable,
  type StampedTable,
} from "./tables/read-table.js";
export type { Position } from "./yaml/line-starts.js";
export { type Checked, check, type Fault, inOrder, invalid, type Placed, validate } from "./yaml/validate.js";
export { type KeyPath, parseYamlDocument, type Shift, type YamlDocument, type YamlNode } from "./yaml/yaml-document.js";
