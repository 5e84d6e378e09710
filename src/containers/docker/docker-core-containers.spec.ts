import type { DockerClient } from './docker-client';
import type { DockerContainerEngine } from './docker-container-engine';
import { DockerCoreContainers } from './docker-core-containers';
import { type Asked, dockerFailure } from './docker-failure';

const NAME = 'rdzen-core11';

/** Of Docker, what is asked for where something is removed: names, and which of them hold on to the volume. */
class FewContainers {
  readonly removed: string[] = [];

  constructor(private readonly names: string[]) {}

  readonly api = {
    getContainer: (which: string) => ({
      inspect: () =>
        this.names.includes(which)
          ? Promise.resolve({ Id: which, Name: `/${which}` })
          : Promise.reject(Object.assign(new Error('no such container'), { statusCode: 404 })),
      remove: () => {
        this.names.splice(this.names.indexOf(which), 1);
        this.removed.push(which);
        return Promise.resolve();
      },
    }),
    listContainers: ({ filters }: { filters: string }) => {
      const [part = ''] = (JSON.parse(filters) as { name: string[] }).name;
      const found = this.names.filter((name) => name.includes(part));
      return Promise.resolve(found.map((name) => ({ Id: name, Names: [`/${name}`] })));
    },
    getVolume: (volume: string) => ({
      remove: () => {
        if (this.names.some((name) => name.startsWith(NAME)))
          return Promise.reject(Object.assign(new Error('volume is in use'), { statusCode: 409 }));
        this.removed.push(volume);
        return Promise.resolve();
      },
    }),
  };

  async call<T>(asked: Asked, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await work(new AbortController().signal);
    } catch (error) {
      throw dockerFailure(error, asked);
    }
  }
}

describe(DockerCoreContainers.name, () => {
  const engine = { has: () => false, release: () => undefined };
  const containersOf = (few: FewContainers): DockerCoreContainers =>
    new DockerCoreContainers(few as unknown as DockerClient, engine as unknown as DockerContainerEngine, {
      freePort: () => Promise.resolve(1),
    });

  it.each([
    ['beside the core', [NAME, `${NAME}.old-0a1b2c3d`]],
    ['in place of the core', [`${NAME}.old-0a1b2c3d`, `${NAME}.old-4e5f6a7b`]],
  ])('removes what a broken remake left %s, before the volume that it holds', async (_where, names) => {
    const few = new FewContainers([...names, `other-${NAME}.old-0a1b2c3d`]);
    await containersOf(few).remove(NAME);
    expect(few.removed).toEqual([...names, `${NAME}-models`]);
  });
});
