import type { Mutant } from './mutant';

const MEMBERSHIP = 'src/failover/core-membership.service.ts';

export const MEMBERSHIP_MUTANTS: readonly Omit<Mutant, 'folder'>[] = [
  {
    name: 'a core that was leaving at the last death stays half gone',
    file: MEMBERSHIP,
    find: "      if (phase === 'leaving') this.work(id, () => this.goAway(core, 'automatic'));\n",
    replace: "      if (phase === 'leaving') continue;\n",
  },
  {
    name: 'a core that was joining at the last death stays half there',
    file: MEMBERSHIP,
    find: '      else this.work(core.id, (signal) => this.comeIn(core, signal));\n',
    replace: '',
  },
  {
    name: 'a core of the last life is no member of the next',
    file: MEMBERSHIP,
    find: '    return all.flatMap((core) => (core.url === undefined ? [] : [defined(core, core.url)]));\n',
    replace: '    return [];\n',
  },
  {
    name: 'the same lock joins twice',
    file: MEMBERSHIP,
    find: '      if (there) return there;\n',
    replace: '',
  },
  {
    name: 'a core that is told to leave comes in all the same',
    file: MEMBERSHIP,
    find: '      if (await this.isLeaving(core.id)) return;\n',
    replace: '',
  },
  {
    name: 'a container that a slow engine makes after its core was gone stays',
    file: MEMBERSHIP,
    find: '      for (const name of names) await this.containers.remove(name);\n',
    replace: '',
  },
  {
    name: 'a core leaves in the middle of its answers',
    file: MEMBERSHIP,
    find: 'const moved = await this.switchovers.drain.of(id, DRAIN_MS, this.ending.signal);\n',
    replace: 'const moved = 1;\n',
  },
  {
    name: 'a core that leaves is not written down',
    file: MEMBERSHIP,
    find: "        await this.further.move(core.id, 'leaving');\n",
    replace: '',
  },
  {
    name: 'a core leaves though no other can answer',
    file: 'src/failover/switchover.service.ts',
    find: '        requireSpare(this.registry.all(), id);\n',
    replace: '',
  },
  {
    name: 'nobody takes the place of an active core that leaves',
    file: 'src/failover/switchover.service.ts',
    find: "      if (this.registry.get(id).role === 'active') await this.switchNow({ ...wish, from: id });\n",
    replace: '',
  },
];
