import type { ContainerInspectInfo } from 'dockerode';
import { type GuardRig, IMAGE, missing, startGuardRig, TEST_LABEL } from './support/guard-rig';

const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED docker-guard last good image: ${missing}\n`);

const LABELS = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'core1' };

suite('docker-guard: the image a core was last well on, whose tag has moved on', () => {
  let rig: GuardRig;
  let tag: string;
  const images: string[] = [];

  beforeAll(async () => {
    rig = await startGuardRig();
    tag = `${rig.name('image')}:1`;
  }, 60_000);
  afterAll(async () => {
    await rig.close();
    for (const id of images) await rig.direct.getImage(id).remove({ force: true });
  }, 60_000);

  /** Built here, so that it has no name but its tag, and none once that moves. */
  async function build(word: string): Promise<string> {
    const container = await rig.container(`build-${word}`);
    const [repo] = tag.split(':');
    const { Id } = (await container.commit({
      repo,
      tag: '1',
      changes: `LABEL ${TEST_LABEL}=${word}`,
    })) as { Id: string };
    await container.remove();
    images.push(Id);
    return Id;
  }

  /** As compose does when the tag has moved: the old one goes, and one of the same name comes. */
  async function composeUp(): Promise<ContainerInspectInfo> {
    await rig.direct
      .getContainer(rig.name('core'))
      .remove({ force: true })
      .catch(() => undefined);
    const made = await rig.container('core', {
      Image: tag,
      Labels: LABELS,
      HostConfig: { Memory: 64 * 2 ** 20 },
    });
    return rig.guarded.getContainer(made.id).inspect();
  }

  it('is let through by its id, and no other image that has no name', async () => {
    const first = await build('first');
    expect((await composeUp()).Image).toBe(first);
    const unrelated = await build('unrelated');
    const second = await build('second');
    expect((await rig.direct.getImage(first).inspect()).RepoTags ?? []).toEqual([]);
    const now = await composeUp();
    expect(now.Image).toBe(second);

    await rig.guarded.getContainer(now.Id).rename({ name: `${rig.name('core')}.old-ab12` });
    const replaceBy = (Image: string): Promise<{ id: string }> =>
      rig.guarded.createContainer({
        ...now.Config,
        name: rig.name('core'),
        Hostname: '',
        Image,
        Labels: { ...now.Config.Labels, 'rdzen.replaces': now.Id },
        HostConfig: now.HostConfig,
      });
    for (const other of [unrelated, IMAGE, first.slice(0, 30)])
      await expect(replaceBy(other)).rejects.toMatchObject({ statusCode: 403 });
    expect(rig.refused.map(({ rule }) => rule)).toEqual(Array(3).fill('replacement.image'));
    const { id } = await replaceBy(first);
    expect((await rig.direct.getContainer(id).inspect()).Image).toBe(first);
  }, 60_000);
});
