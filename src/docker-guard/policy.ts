import { type Check, CHECKS } from './checks';
import { COMPONENT, COMPONENT_HOST } from './component-policy';
import type { FieldRules } from './field-rules';
import { CORE_BODY, CORE_HOST } from './core-policy';
import { HELPER_BODY, HELPER_HOST } from './helper-policy';
import type { GuardLimits } from './guard-settings';
import { CONNECT, DISCONNECT, ENDPOINT, NETWORK, UPDATE, VOLUME } from './object-policy';
import type { Refusal } from './refusal';
import { WEAKER, type Weaker } from './replacement-policy';

/** The whole policy as data. What is taken out of `checks` is not checked, which only tests do. */
export class Policy {
  component: FieldRules = COMPONENT;
  componentHost: FieldRules = COMPONENT_HOST;
  helper: FieldRules = HELPER_BODY;
  helperHost: FieldRules = HELPER_HOST;
  core: FieldRules = CORE_BODY;
  coreHost: FieldRules = CORE_HOST;
  network: FieldRules = NETWORK;
  volume: FieldRules = VOLUME;
  update: FieldRules = UPDATE;
  connect: FieldRules = CONNECT;
  disconnect: FieldRules = DISCONNECT;
  endpoint: FieldRules = ENDPOINT;
  weaker: Readonly<Record<string, Weaker>> = WEAKER;
  readonly checks = new Set(Object.keys(CHECKS) as Check[]);

  constructor(readonly limits: GuardLimits) {}

  has(check: Check): boolean {
    return this.checks.has(check);
  }

  /** @throws what `refusal` makes, where the check is in force and does not hold */
  demand(check: Check, holds: boolean, refusal: () => Refusal): void {
    if (!holds && this.has(check)) throw refusal();
  }
}
