import type { Manifest, ToolRight } from '../manifest/manifest';

/** A tool as it was when it was approved: what the model is shown, and what the live one is held to. */
export interface LockedTool {
  name: string;
  description: string;
  inputSchema: unknown;
  outputSchema?: unknown;
  /** Of the catalogue, never the server's own word. */
  effect: ToolRight['effect'];
  egress: boolean;
  /** SHA-256 in hex. */
  descriptionHash: string;
  schemaHash: string;
}

/** What was approved, to the byte. Nothing runs that differs from it. */
export interface ComponentLock {
  id: string;
  component: string;
  version: string;
  manifest: Manifest;
  /** SHA-256 in hex of the manifest as canonical JSON. */
  manifestHash: string;
  /** `name@sha256:...`. */
  image: string;
  /** As the engine has it: `sha256:...`. */
  imageId: string;
  tools: LockedTool[];
  /** Of the protocol: the version that was agreed on in the handshake. */
  protocolVersion: string;
  /** `chat:<user id>` or `api:<key id>`, in the order in which they approved. */
  approvedBy: string[];
  /** What they went by then, in the same order; locks of before have none. */
  approvers?: string[];
  /** Epoch milliseconds. */
  approvedAt: number;
  trialId: string;
  /** The lock it took the place of. */
  previous?: string;
}

/** For people; of a lock from before names were kept, the ids. */
export function approversOf({ approvedBy, approvers }: ComponentLock): string[] {
  return approvers ?? approvedBy;
}
