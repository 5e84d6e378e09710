import { FakeRegistry } from '../../support/fakes/fake-registry/fake-registry';
import { describeRegistry } from './registry-contract';

describe('the registry of the tests', () => {
  let registry: FakeRegistry;
  beforeAll(async () => {
    registry = await FakeRegistry.started();
  });
  afterAll(() => registry.stop());
  describeRegistry(() => registry.host);
});
