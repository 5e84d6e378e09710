import { lockOf } from '../../test/support/components/locked-component';
import { VirtualClock } from '../../test/support/virtual-clock';
import { McpFailure } from '../mcp/mcp-session';
import { ComponentInstance } from './component-instance';
import type { RunningComponent } from './component-runtime';
import { PoolTimes } from './pool-times';
import { Redaction } from './redaction';

describe(ComponentInstance.name, () => {
  const instanceThat = (ping: () => Promise<void>, running = true): ComponentInstance => {
    const session = { ping, isClosed: false, transport: { logTail: '' } };
    const container = { inspect: () => Promise.resolve({ running, exitCode: 3 }) };
    const component = { session, container } as unknown as RunningComponent;
    const lock = lockOf('good', []);
    return new ComponentInstance(lock, component, new Redaction([]), 0, new VirtualClock(), new PoolTimes());
  };

  it.each([
    ['an error of JSON-RPC', new McpFailure('protocol', 'no such method', -32601), true],
    ['what is no answer', new McpFailure('protocol', 'Error POSTing to endpoint'), false],
    ['a connection that broke', new McpFailure('closed', 'it ended'), false],
    ['silence', new McpFailure('timeout', 'no answer'), false],
  ])('takes %s for a sign of life: %j', async (_, failure, alive) => {
    expect(await instanceThat(() => Promise.reject(failure)).answers()).toBe(alive);
  });
});
