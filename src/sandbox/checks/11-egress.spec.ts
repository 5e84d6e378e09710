import { testComponent } from '../../../test/support/components/manifests';
import { blockOf } from '../../component-registry/manifest/manifest';
import type { TrialScene } from '../trial-scene';
import { egress } from './11-egress';

describe('check 11, egress', () => {
  const at = Date.parse('2026-03-01T12:00:00Z');
  const sceneOf = (refused: TrialScene['refused']): TrialScene => {
    const manifest = testComponent('good').manifest('sha256:1', 'h/good:1');
    blockOf(manifest).permissions = { network: { egress: ['api.example:443'] } };
    return { subject: { manifest }, block: blockOf(manifest), refused } as unknown as TrialScene;
  };

  it('says where to it tried to go, how often, and when last', async () => {
    const targets = [
      { target: 'api.example:443', times: 3, lastAt: at },
      { target: 'evil.example:80', times: 1, lastAt: at + 60_000 },
    ];
    const scene = sceneOf({ targets, times: 4 });
    const found = await egress.ask(scene);
    expect(found.status).toBe('warned');
    expect(found.detail).toMatch(/does not name \(egress\): evil\.example:80$/);
    expect(found.evidence).toEqual([
      'api.example:443: 3 times, last at 2026-03-01 12:00 UTC',
      'evil.example:80: once, last at 2026-03-01 12:01 UTC',
    ]);
    expect([scene.egressAttempts, scene.egressRefused]).toEqual([4, targets]);
  });

  it('has nothing to show of one that tried nothing', async () => {
    const found = await egress.ask(sceneOf({ targets: [], times: 0 }));
    expect(found).toMatchObject({ status: 'warned', detail: expect.stringContaining('it tried nothing') });
    expect(found.evidence).toBeUndefined();
  });
});
