import { SERVICE_EN } from './service-en';
import { COMPONENT_CONFIG_EN } from './component-config-en';
import { type ComponentTexts, someOf } from './component-texts';

const EFFECTS = {
  read: 'only look',
  write: 'add or change something',
  destructive: 'overwrite or delete something',
};
const STATES = {
  installing: 'on its way',
  canary: 'a canary',
  active: 'active',
  quarantined: 'quarantined',
};
const TRUST = {
  shipped: 'comes with Rdzen',
  trusted: 'a trusted source',
  untrusted: 'not trusted: only an operator can install it, by hand',
};

export const COMPONENTS_EN: ComponentTexts = {
  ...COMPONENT_CONFIG_EN,
  catalogue: ({ asked, count, components, refused, troubled }) => {
    const head =
      asked === undefined
        ? count === 0
          ? 'The catalogue is empty.'
          : `**The catalogue** has ${count === 1 ? 'one component' : `${count} components`}:`
        : count === 0
          ? `Nothing in the catalogue fits "${asked}". \`!catalogue\` lists everything.`
          : `**What fits "${asked}"**, the best first:`;
    const lines = components.map(
      ({ name, version, description }) => `- **${name}** ${version}: ${description}`,
    );
    const left = count - components.length;
    if (left > 0) lines.push(`- and ${left} more: say what you look for, as in \`!catalogue time zone\``);
    const tail = [
      ...(count > 0 ? ['`!component <name>` tells more of one.'] : []),
      ...troubled.map(({ name, since }) =>
        since
          ? `⚠️ The source ${name} cannot be reached; this is what it offered on ${since}.`
          : `⚠️ The source ${name} cannot be read, so nothing of it is listed.`,
      ),
      ...(refused > 0
        ? [`${refused === 1 ? 'One entry was' : `${refused} entries were`} refused: \`!catalogue refused\`.`]
        : []),
    ];
    return [head, ...lines, ...tail].join('\n');
  },
  catalogueRefused: ({ count, entries }) =>
    count === 0
      ? 'No entry of the catalogue was refused.'
      : [
          `**Refused, and so not in the catalogue** (${count}):`,
          ...entries.map(({ source, what, reason }) => `- ${what} (source ${source}): ${reason}`),
          ...(count > entries.length ? [`- and ${count - entries.length} more`] : []),
        ].join('\n'),
  sourcesUsage: () =>
    '`!sources` tells where the catalogue comes from, `!sources reload` reads all of it again, with the list of sources.',
  sources: ({ fresh, sources, problem }) => {
    const lines = sources.map(({ name, trust, location, state, entries, refused, readAt, problem: why }) => {
      const offers = `${entries === 1 ? 'one entry' : `${entries} entries`}${refused > 0 ? `, ${refused} refused (\`!catalogue refused\`)` : ''}`;
      const head = `**${name}**${trust && trust !== 'shipped' ? ` (${trust}, ${location ?? ''})` : ''}`;
      const reason = why === undefined ? '' : ` ${why}`;
      if (state === 'wrong') return `- ⚠️ ${head} cannot be used as it is configured.${reason}`;
      if (state === 'down') return `- ⚠️ ${head} cannot be read, so nothing of it is offered.${reason}`;
      if (state === 'stale')
        return `- ⚠️ ${head} cannot be reached; what it offered on ${readAt ?? '?'} is used: ${offers}.${reason}`;
      return `- ${head}: ${offers}`;
    });
    const news = !fresh
      ? ['`!sources reload` reads them again.']
      : fresh.length === 0
        ? ['Nothing new is offered.']
        : [`New: ${someOf(fresh, (more) => `and ${more} more`)}`];
    return [
      `**Where the catalogue comes from**${fresh ? ', read again just now' : ''}:`,
      ...lines,
      ...(problem === undefined ? [] : [`⚠️ The list of your own sources cannot be used. ${problem}`]),
      ...news,
    ].join('\n');
  },
  componentUsage: () => 'Use `!component <name>`, for example `!component time-mcp`. `!catalogue` lists all.',
  componentNotFound: ({ name, near }) =>
    `The catalogue has no component "${name}", or several of that name.${near ? ` Did you mean \`${near}\`?` : ''} \`!catalogue\` lists all.`,
  component: (values) => {
    const { title, name, version, license, description, source, trust, signed } = values;
    const { egress, internal, keepsMiB, memoryMiB, tools, examples, packed, pack, installed, service } =
      values;
    const network = [
      ...(egress.length > 0 ? [`the internet, but only ${egress.join(', ')}`] : []),
      ...(internal.length > 0 ? [SERVICE_EN.uses(internal)] : []),
      ...(service ? [SERVICE_EN.reach] : []),
    ];
    return [
      `**${title}** ${version} (\`${name}\`)${license ? `, licence: ${license}` : ''}`,
      description,
      ...(service ? [SERVICE_EN.right] : []),
      `- source: ${source} (${TRUST[trust]}${signed ? '' : ', not signed'})`,
      `- may reach: ${network.length > 0 ? network.join('; ') : 'no network at all'}`,
      `- keeps: ${keepsMiB === undefined ? 'nothing after it has stopped' : `files of up to ${keepsMiB} MiB`}`,
      `- takes: up to ${memoryMiB} MiB of memory`,
      ...tools.map(
        ({ effect, names }) =>
          `- tools that ${EFFECTS[effect]}: ${someOf(names, (more) => `and ${more} more`)}`,
      ),
      ...examples.map((example) => `- for questions like: "${example}"`),
      ...(installed
        ? [
            `- installed: ${installed.version}, ${STATES[installed.state]}; \`!components ${name}\` tells how it is used`,
          ]
        : []),
      packed
        ? '- image: there is one'
        : `- image: none on this machine yet${pack ? `; an administrator packs it with \`${pack}\`` : ''}`,
    ].join('\n');
  },
};
