import { tarOfMachine } from './machine-base';
import { TarWatch } from './tar-watch';

(process.platform === 'linux' ? describe : describe.skip)(tarOfMachine.name, () => {
  it('has Node, what it is linked to, and no shell', async () => {
    const watch = new TarWatch();
    for await (const chunk of tarOfMachine()) watch.take(chunk);
    const names = [...watch.names];
    expect(names).toEqual(
      expect.arrayContaining(['tmp', 'usr/local/bin', 'usr/local/bin/node', 'etc/passwd']),
    );
    expect(names.filter((name) => /(^|\/)(sh|bash|busybox|npm)$/.test(name))).toEqual([]);
    const folders = names.filter((name) => names.some((other) => other.startsWith(`${name}/`)));
    for (const folder of folders)
      expect(names.indexOf(folder)).toBeLessThan(names.findIndex((name) => name.startsWith(`${folder}/`)));
  });
});
