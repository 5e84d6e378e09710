import { FakeCore } from '../../../support/fakes/fake-core/fake-core';
import type { Fault } from '../../../support/fakes/fake-core/fault';
import { recite } from '../../delivery/support/recital';

/** What the test asks of it, over the message channel; it answers `{done: true}`, and first of all `{url}`. */
export type CoreOrder = { strike: Fault } | { heal: true } | { exit: number };

/** A core that can be hurt, as a process of its own. Ends when its parent does. */
async function main(): Promise<void> {
  const core = await new FakeCore({ tokensPerSecond: Number(process.argv[2]), answer: recite }).start();
  const obey = async (order: CoreOrder): Promise<void> => {
    if ('exit' in order) process.exit(order.exit);
    if ('strike' in order) await core.strike(order.strike);
    else await core.heal();
    process.send?.({ done: true });
  };
  process.on('message', (order: CoreOrder) => void obey(order));
  process.on('disconnect', () => process.exit(0));
  process.send?.({ url: core.url });
}

void main();
