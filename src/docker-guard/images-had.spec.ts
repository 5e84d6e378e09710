import { ImagesHad } from './images-had';
import type { JsonObject } from './strict-json';

const image = (digit: string): string => `sha256:${digit.repeat(64)}`;
const [OLD, NEW] = [image('1'), image('2')] as [string, string];

const core = (Image: string, more: { name?: string; labels?: Record<string, string> } = {}): JsonObject => ({
  Id: 'c',
  Name: `/${more.name ?? 'shop-core1-1'}`,
  Image,
  Config: {
    Labels: {
      'rdzen.managed': 'true',
      'com.docker.compose.project': 'shop',
      'com.docker.compose.service': 'core1',
      ...more.labels,
    },
  },
});

describe(ImagesHad.name, () => {
  it('knows the image of the container that compose replaced, also once the new one stepped aside', () => {
    const sut = new ImagesHad();
    sut.note(core(OLD));
    sut.note(core(NEW));
    const aside = core(NEW, { name: 'shop-core1-1.old-0a1b2c3d' });
    expect([OLD, NEW, image('3')].map((id) => sut.had(aside, id))).toEqual([true, true, false]);
  });

  it.each([
    ['another name', { name: 'shop-core1-2' }],
    ['another service', { labels: { 'com.docker.compose.service': 'mongodb' } }],
    ['another project', { labels: { 'com.docker.compose.project': 'other' } }],
    ['no project, as a component', { labels: { 'com.docker.compose.project': '' } }],
    ['nothing of ours', { labels: { 'rdzen.managed': 'false' } }],
  ])('learns nothing of it from %s', (_, more) => {
    const sut = new ImagesHad();
    sut.note(core(OLD, more));
    expect(sut.had(core(NEW), OLD)).toBe(false);
  });

  it('knows nothing of a container that compose did not make, whatever it was seen on', () => {
    const sut = new ImagesHad();
    const component = core(OLD, { labels: { 'com.docker.compose.project': '' } });
    sut.note(component);
    expect(sut.had(component, OLD)).toBe(false);
  });

  it('forgets the image and the service that were seen longest ago', () => {
    const sut = new ImagesHad();
    const numbered = (number: number): string => `sha256:${String(number).padStart(64, '0')}`;
    for (let number = 0; number <= 20; number++) {
      sut.note(core(numbered(number)));
      if (number === 10) sut.note(core(numbered(0)));
    }
    expect([0, 1, 2].map((number) => sut.had(core(NEW), numbered(number)))).toEqual([true, false, true]);
    for (let number = 0; number < 100; number++) sut.note(core(OLD, { name: `other-${number}` }));
    expect(sut.had(core(NEW), numbered(20))).toBe(false);
    expect(sut.had(core(NEW, { name: 'other-99' }), OLD)).toBe(true);
  });
});
