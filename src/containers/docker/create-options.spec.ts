import { createOptions } from './create-options';

const MAKER = { owner: 'a1', run: 'r1' };

describe(createOptions.name, () => {
  it('gives what the spec asks for', () => {
    expect(
      createOptions(
        {
          name: 'core1',
          image: 'ollama/ollama:1',
          args: ['serve'],
          env: { A: 'b=c', E: '' },
          restart: 'always',
        },
        MAKER,
      ),
    ).toMatchObject({
      name: 'core1',
      Image: 'ollama/ollama:1',
      Cmd: ['serve'],
      Env: ['A=b=c', 'E='],
      HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
    });
  });

  it("leaves the image's own command where the spec names none", () => {
    const options = createOptions({ name: 'one', image: 'a', restart: 'no' }, MAKER);
    expect(options).not.toHaveProperty('Cmd');
    expect(options.HostConfig?.RestartPolicy).toEqual({ Name: 'no' });
  });

  it('gives no right that nobody asked for, and bounds the log', () => {
    const { HostConfig } = createOptions({ name: 'one', image: 'a', restart: 'no' }, MAKER);
    expect(HostConfig).toMatchObject({
      Init: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    });
    for (const right of ['Privileged', 'Binds', 'NetworkMode', 'CapAdd', 'PidMode', 'Devices'])
      expect(HostConfig).not.toHaveProperty(right);
  });

  it("a spec's labels cannot pass for another maker's", () => {
    const labels = { 'rdzen.role': 'core', 'rdzen.owner': 'somebody', 'rdzen.managed': 'false' };
    expect(createOptions({ name: 'one', image: 'a', restart: 'no', labels }, MAKER).Labels).toEqual({
      'rdzen.role': 'core',
      'rdzen.managed': 'true',
      'rdzen.owner': 'a1',
      'rdzen.run': 'r1',
    });
  });
});
