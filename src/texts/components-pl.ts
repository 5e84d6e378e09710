import { SERVICE_PL } from './service-pl';
import { COMPONENT_CONFIG_PL } from './component-config-pl';
import { type ComponentTexts, someOf } from './component-texts';

const EFFECTS = {
  read: 'które tylko czytają',
  write: 'które coś dodają lub zmieniają',
  destructive: 'które coś nadpisują lub usuwają',
};
const STATES = {
  installing: 'w drodze',
  canary: 'kanarek',
  active: 'aktywny',
  quarantined: 'kwarantanna',
};
const TRUST = {
  shipped: 'dostarczane z Rdzeniem',
  trusted: 'źródło zaufane',
  untrusted: 'źródło niezaufane: zainstalować może tylko operator, ręcznie',
};

const SOURCE_TRUST = { shipped: 'z Rdzenia', trusted: 'zaufane', untrusted: 'niezaufane' };

export const COMPONENTS_PL: ComponentTexts = {
  ...COMPONENT_CONFIG_PL,
  catalogue: ({ asked, count, components, refused, troubled }) => {
    const head =
      asked === undefined
        ? count === 0
          ? 'Katalog jest pusty.'
          : `**Katalog**, liczba komponentów: ${count}`
        : count === 0
          ? `W katalogu nic nie pasuje do „${asked}”. Wszystko pokazuje \`!catalogue\`.`
          : `**Do „${asked}” pasują**, od najlepszego:`;
    const lines = components.map(
      ({ name, version, description }) => `- **${name}** ${version}: ${description}`,
    );
    const left = count - components.length;
    if (left > 0)
      lines.push(`- i jeszcze ${left}: napisz, czego szukasz, na przykład \`!catalogue strefa czasowa\``);
    const tail = [
      ...(count > 0 ? ['Więcej o jednym z nich: `!component <nazwa>`.'] : []),
      ...troubled.map(({ name, since }) =>
        since
          ? `⚠️ Źródło ${name} jest nieosiągalne; oto, co oferowało ${since}.`
          : `⚠️ Źródła ${name} nie da się odczytać, więc nic z niego tu nie ma.`,
      ),
      ...(refused > 0 ? [`Odrzucone wpisy (${refused}): \`!catalogue refused\`.`] : []),
    ];
    return [head, ...lines, ...tail].join('\n');
  },
  catalogueRefused: ({ count, entries }) =>
    count === 0
      ? 'Żaden wpis katalogu nie został odrzucony.'
      : [
          `**Odrzucone, więc nie ma ich w katalogu** (${count}; powody są po angielsku):`,
          ...entries.map(({ source, what, reason }) => `- ${what} (źródło ${source}): ${reason}`),
          ...(count > entries.length ? [`- i jeszcze ${count - entries.length}`] : []),
        ].join('\n'),
  sourcesUsage: () =>
    '`!sources` mówi, skąd pochodzi katalog, a `!sources wczytaj` odczytuje go na nowo razem z listą źródeł.',
  sources: ({ fresh, sources, problem }) => {
    const lines = sources.map(({ name, trust, location, state, entries, refused, readAt, problem: why }) => {
      const offers = `wpisy: ${entries}${refused > 0 ? `, odrzucone: ${refused} (\`!catalogue refused\`)` : ''}`;
      const head = `**${name}**${trust && trust !== 'shipped' ? ` (${SOURCE_TRUST[trust]}, ${location ?? ''})` : ''}`;
      const reason = why === undefined ? '' : ` Powód (po angielsku): ${why}`;
      if (state === 'wrong') return `- ⚠️ ${head}: tak skonfigurowanego źródła nie da się użyć.${reason}`;
      if (state === 'down') return `- ⚠️ ${head}: nie da się odczytać, więc nic z niego tu nie ma.${reason}`;
      if (state === 'stale')
        return `- ⚠️ ${head}: nieosiągalne; obowiązuje to, co oferowało ${readAt ?? '?'}: ${offers}.${reason}`;
      return `- ${head}: ${offers}`;
    });
    const news = !fresh
      ? ['`!sources wczytaj` odczytuje je na nowo.']
      : fresh.length === 0
        ? ['Nic nowego nie doszło.']
        : [`Nowe: ${someOf(fresh, (more) => `i jeszcze ${more}`)}`];
    return [
      `**Skąd pochodzi katalog**${fresh ? ', odczytany przed chwilą na nowo' : ''}:`,
      ...lines,
      ...(problem === undefined
        ? []
        : [`⚠️ Listy Twoich własnych źródeł nie da się użyć. Powód (po angielsku): ${problem}`]),
      ...news,
    ].join('\n');
  },
  componentUsage: () =>
    'Napisz `!component <nazwa>`, na przykład `!component time-mcp`. Wszystkie pokazuje `!catalogue`.',
  componentNotFound: ({ name, near }) =>
    `W katalogu nie ma komponentu „${name}” albo jest kilka o tej nazwie.${near ? ` Czy chodziło o \`${near}\`?` : ''} Wszystkie pokazuje \`!catalogue\`.`,
  component: (values) => {
    const { title, name, version, license, description, source, trust, signed } = values;
    const { egress, internal, keepsMiB, memoryMiB, tools, examples, packed, pack, installed, service } =
      values;
    const network = [
      ...(egress.length > 0 ? [`internet, ale tylko ${egress.join(', ')}`] : []),
      ...(internal.length > 0 ? [SERVICE_PL.uses(internal)] : []),
      ...(service ? [SERVICE_PL.reach] : []),
    ];
    return [
      `**${title}** ${version} (\`${name}\`)${license ? `, licencja: ${license}` : ''}`,
      description,
      ...(service ? [SERVICE_PL.right] : []),
      `- źródło: ${source} (${TRUST[trust]}${signed ? '' : ', bez podpisu'})`,
      `- dostęp do sieci: ${network.length > 0 ? network.join('; ') : 'żaden'}`,
      `- przechowuje: ${keepsMiB === undefined ? 'nic, co przetrwałoby zatrzymanie' : `pliki, do ${keepsMiB} MiB`}`,
      `- zajmuje: do ${memoryMiB} MiB pamięci`,
      ...tools.map(
        ({ effect, names }) =>
          `- narzędzia, ${EFFECTS[effect]}: ${someOf(names, (more) => `i jeszcze ${more}`)}`,
      ),
      ...examples.map((example) => `- do pytań takich jak: „${example}”`),
      ...(installed
        ? [
            `- zainstalowany: ${installed.version}, ${STATES[installed.state]}; jak jest używany, pokazuje \`!components ${name}\``,
          ]
        : []),
      packed
        ? '- obraz: jest'
        : `- obraz: na tej maszynie jeszcze go nie ma${pack ? `; administrator pakuje go poleceniem \`${pack}\`` : ''}`,
    ].join('\n');
  },
};
