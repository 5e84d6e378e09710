import { Settings } from '../../config/settings';
import type { Manifest } from '../manifest/manifest';
import { packHint } from './pack-hint';

const of = (identifier: string, registryType = 'npm'): Manifest =>
  ({ packages: [{ registryType, identifier, version: '1.2.0' }] }) as unknown as Manifest;
const settings = (given: Partial<Settings> = {}): Settings => Object.assign(new Settings(), given);

describe(packHint.name, () => {
  it('is the one of the composition there', () => {
    expect(
      packHint(of('@a/b'), settings({ RDZEN_PROFILE: 'docker', RDZEN_REGISTRY: '127.0.0.1:5001' })),
    ).toBe('docker compose run --rm pack @a/b@1.2.0');
  });

  it('pushes it wherever it is to lie', () => {
    expect(packHint(of('@a/b'), settings())).toBe(
      'npm run rdzen -- component pack @a/b@1.2.0 --to REGISTRY/a/b',
    );
    expect(packHint(of('@a/b'), settings({ RDZEN_REGISTRY: '127.0.0.1:5001' }))).toBe(
      'npm run rdzen -- component pack @a/b@1.2.0',
    );
  });

  it('is none for what is an image already', () => {
    expect(packHint(of('a.example/x:1', 'oci'), settings())).toBeUndefined();
  });
});
