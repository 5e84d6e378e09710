import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessContainerEngine } from '../../../src/containers/process-container-engine';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import { CompiledEngine } from '../../faults/process-engine/support/compiled-engine';
import { describeContainerEngine } from './engine-contract';

const build = new CompiledEngine();
afterAll(() => build.remove());

describeContainerEngine(ProcessContainerEngine.name, () => {
  const runDir = mkdtempSync(join(tmpdir(), 'rdzen-engine-'));
  const engine = new ProcessContainerEngine({
    programs: { resolve: () => ({ command: '/bin/sh', args: [] }) },
    runDir,
    clock: new SystemClock(),
    random: new SystemRandom(),
    environment: process.env,
    reaperCommand: build.reaperCommand,
  });
  return Promise.resolve({
    engine,
    image: 'shell',
    close: async () => {
      await engine.close();
      rmSync(runDir, { recursive: true, force: true });
    },
  });
});
