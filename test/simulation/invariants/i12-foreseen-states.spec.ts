import { Logger } from '@nestjs/common';
import { CoreRegistry } from '../../../src/core-registry/core-registry';
import { EventBus } from '../../../src/events/event-bus';
import { memoryStore } from '../../support/memory-store';
import { VirtualClock } from '../../support/virtual-clock';
import { FORESEEN_STATES } from './i12-foreseen-states';

describe(FORESEEN_STATES.name, () => {
  it('condemns what the registry says of a way that is not in the table, and nothing else it says', async () => {
    const store = await memoryStore();
    const lines: string[] = [];
    const spy = jest
      .spyOn(Logger.prototype, 'error')
      .mockImplementation((line: unknown) => void lines.push(String(line)));
    try {
      const registry = new CoreRegistry(store, new EventBus(), new VirtualClock());
      await registry.open([{ id: 1, kind: 'external', url: 'http://core1', host: 'host', slots: 1 }], 1);
      registry.setState(1, 'warming', 'it answers');
      registry.setState(1, 'ready', 'it generated');
      expect(lines).toEqual([]);
      registry.setState(1, 'unknown', 'forgotten');
      expect(lines.map((line) => FORESEEN_STATES.onLine?.(line))).toEqual([
        'Core 1 went from ready to unknown (forgotten), which no rule foresees',
      ]);
      expect(FORESEEN_STATES.onLine?.('Core 1 is down')).toBeUndefined();
    } finally {
      spy.mockRestore();
      await store.close();
    }
  });
});
