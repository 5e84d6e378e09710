/**
 * Reasons stand in the history in English. Those that Rdzen gives itself are told in Polish where Polish is spoken; what an
 * engine, a registry or a component said stays as it was said.
 */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^image and tools are those that were tried$/, 'obraz i narzędzia są takie jak w próbie'],
  [
    /^image and tools are being compared with what was tried$/,
    'trwa porównanie obrazu i narzędzi z tym, co przeszło próbę',
  ],
  [/^approved under (\S+)$/, 'zgoda pod kodem $1'],
  [/^promoted by (.+)$/, 'dla wszystkich z decyzji: $1'],
  [/^removed by (.+), with its data$/, 'usunięcie wraz z danymi: $1'],
  [/^removed by (.+)$/, 'usunięcie: $1'],
  [/^taken back by (.+), with its data of (.+)$/, 'cofnięcie, z danymi z $2: $1'],
  [/^taken back by (.+)$/, 'cofnięcie: $1'],
  [/^(\d+) of (\d+) calls failed, with its data of (.+)$/, 'nieudane wywołania: $1 z $2; z danymi z $3'],
  [/^(\d+) of (\d+) calls failed$/, 'nieudane wywołania: $1 z $2'],
  [/^the description of ("[^"]+") is another$/, 'narzędzie $1 ma inny opis'],
  [/^the arguments of ("[^"]+") are others$/, 'narzędzie $1 ma inne argumenty'],
  [/^the tool ("[^"]+") is new$/, 'doszło narzędzie $1'],
  [/^the tool ("[^"]+") is gone$/, 'nie ma już narzędzia $1'],
  [/^its image is (\S+), and not (\S+)$/, 'jego obraz to $1, a nie $2'],
];

export function reasonPl(reason: string): string {
  return reason.split('; ').map(partPl).join('; ');
}

function partPl(part: string): string {
  const found = REASONS.find(([pattern]) => pattern.test(part));
  return found ? part.replace(found[0], found[1]) : part;
}
