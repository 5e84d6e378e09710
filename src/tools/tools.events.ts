/**
 * - `ok`, `tool-error`: it answered; the second with an error of its own
 * - `failed`: it could not be reached or broke off
 * - `timeout`: no answer within its time; what it did is not known
 * - `cancelled`: nobody waits any more
 */
export type ToolOutcome = 'ok' | 'tool-error' | 'failed' | 'timeout' | 'cancelled';

export interface ToolCalled {
  component: string;
  version: string;
  lockId: string;
  tool: string;
  roomId: string;
  outcome: ToolOutcome;
  /** Milliseconds, the start of a component that slept included. */
  ms: number;
  /** Epoch milliseconds. */
  at: number;
}

/** It is not what its lock says. */
export interface ComponentDrifted {
  component: string;
  lockId: string;
  /** For people. */
  reason: string;
  at: number;
}

/** A model said that it lacks something; its own words, cleaned and cut. */
export interface CapabilityRequested {
  questionId: string;
  roomId: string;
  userId: string;
  capability: string;
  inputs: string;
  why: string;
  /** `request`: it asked; `unknown-tool`: it called a tool that is none, whose name is the capability. */
  from: 'request' | 'unknown-tool';
  /** The model had read the words of components before: what it lacks may be their idea. */
  tainted: boolean;
  at: number;
}

export interface ToolApprovalDecided {
  code: string;
  state: 'allowed' | 'denied' | 'expired';
}

declare module '../events/event-bus' {
  interface EventMap {
    'tool.called': ToolCalled;
    'capability.requested': CapabilityRequested;
    'tool.approval-decided': ToolApprovalDecided;
    'component.drifted': ComponentDrifted;
  }
}
