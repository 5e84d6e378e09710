import type { CoreClient } from './core-client';
import type { CoreUnderTest } from './core-under-test';

/** The core that the tests of the contract share; there from `beforeAll` on. */
export interface ContractContext {
  readonly core: CoreUnderTest;
  readonly client: CoreClient;
}
