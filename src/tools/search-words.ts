/** Beginnings of Polish words, folded, with the English words that tools use for them: descriptions of tools are English. */
const POLISH: [beginnings: string, english: string][] = [
  ['godzin', 'time current'],
  ['czas', 'time'],
  ['dzis teraz', 'current date'],
  ['dni dzien', 'days day date'],
  ['miesiac', 'month'],
  ['tydzien tygodni', 'week'],
  ['rok roku lat', 'year'],
  ['stref', 'timezone'],
  ['przelicz zamien konwert', 'convert'],
  ['plik', 'file files'],
  ['folder katalog', 'directory folder'],
  ['drzew', 'tree'],
  ['zapisz zapisa', 'write save'],
  ['przeczyt odczyt wczyt', 'read'],
  ['usun skasuj wymaz', 'delete remove'],
  ['zapomn', 'forget delete'],
  ['przenies przemian', 'move rename'],
  ['utworz stworz zaloz', 'create new'],
  ['szukaj wyszuk znajdz', 'search find'],
  ['wypisz pokaz wymien', 'list show'],
  ['edytuj zmien popraw', 'edit change'],
  ['rozmiar', 'size sizes'],
  ['oblicz policz wylicz razy ile', 'calculate math count'],
  ['dodaj', 'add'],
  ['sum', 'sum add'],
  ['sredni mediana', 'mean median statistics'],
  ['skrot', 'hash'],
  ['losow wylosuj', 'random'],
  ['kolor barw', 'color'],
  ['roznic porownaj', 'difference diff compare'],
  ['wyrazeni', 'expression regular'],
  ['stron witryn', 'web page website'],
  ['pobierz sciagnij', 'fetch download'],
  ['artykul', 'article readable'],
  ['napis', 'transcript'],
  ['zapamieta pamieta', 'remember memory'],
  ['fakt notat uwag', 'fact observation note'],
  ['relacj powiaz', 'relation relations related'],
  ['pojec encj', 'entity entities'],
  ['graf', 'graph'],
  ['wezl', 'node nodes'],
  ['krok przemysl rozumow', 'step thinking'],
  ['wiadomosc powtorz', 'message echo'],
  ['obraz', 'image'],
  ['znak liter', 'character char count'],
  ['adres', 'address url'],
  ['pomnoz podziel odejmij', 'math calculate'],
  ['miedzy', 'difference'],
  ['nalez', 'relation'],
  ['zanotuj', 'note add create'],
  ['otworz', 'open fetch'],
  ['wersj', 'version semver'],
  ['zakodu kodow', 'encode encoding base64'],
];
/** English words of people for what tools call otherwise. */
const ENGLISH: Record<string, string> = {
  folder: 'directory',
  website: 'web page',
  webpage: 'web page',
  times: 'multiply math calculate',
  plus: 'add sum math',
  rename: 'move',
  save: 'write',
  remove: 'delete',
  colour: 'color',
  forget: 'delete',
  know: 'remember memory',
  today: 'current date',
  clock: 'time',
  late: 'time',
  ago: 'relative time',
  between: 'difference',
  multiply: 'math calculate',
  divide: 'math calculate',
  big: 'size info',
  record: 'create add',
  belongs: 'relation',
};
/** What a question speaks of by its form rather than by its words. */
const SHAPES: [shape: RegExp, meant: string][] = [
  [/https?:\/\//i, 'fetch web page url'],
  [
    /(?<![\w/.])[\w-]+\.(?:txt|md|csv|json|pdf|zip|log|xml|ya?ml|png|jpe?g|docx?|xlsx?|[jt]s|py|html?)\b/i,
    'file',
  ],
  [/\d\s*(?:%|procent|percent|[-+*/×x^]\s*\d)/i, 'math calculate expression'],
  [/\b\d{1,2}:\d{2}\b/, 'time'],
  [
    /\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\.?\s*(?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sty|lut|kwi|maj|cze|lip|sie|wrz|paź|lis|gru)/i,
    'date',
  ],
  [
    /\d\s*(?:kilo|kg\b|km\b|gram|pound|funt|mil(?:e|i|a|es)\b|met[re]|cm\b|inch|cal[ei]|feet|stóp|liter|litr|gallon|stopni|degree|°)/i,
    'convert units length weight temperature',
  ],
];
const CITIES = new Set(
  Intl.supportedValuesOf('timeZone').map((zone) => fold(zone.split('/').at(-1) ?? '').replaceAll('_', ' ')),
);
const STOP_WORDS = new Set(
  (
    'a about an and any are as at be by can could do does for from give given has have how i if in into is it its let ' +
    'many me much my now of on one or our out please same show so some tell than that the their them there these they ' +
    'this to up us use used using was we what when where which who will with would you your ' +
    'ale bez bo byc byl by co czy czym dla do go i ich jak jaka jaki jakie jest jego jej juz kiedy kto ktora ktore ktory ' +
    'lub ma mi mnie moj na nam nas nie o od oraz po prosze przez sa sie ta tam tak te tego tej ten to tu tych tym w we z za ze'
  ).split(' '),
);

/** A word as it stands in the index; undefined where it says nothing. */
export function indexWord(word: string): string | undefined {
  const folded = fold(word);
  if (folded.length < 2 || STOP_WORDS.has(folded)) return undefined;
  return folded.length > 6
    ? folded.slice(0, Math.max(6, folded.length - 3))
    : folded.replace(/(?<=...)s$/, '');
}

/** A question, with what tools call the things it speaks of. */
export function searchWords(question: string): string {
  const extra = words(question).flatMap((word) => {
    const folded = fold(word);
    const english = ENGLISH[folded];
    return [
      ...(english ? [english] : []),
      ...POLISH.filter(([beginnings]) => beginnings.split(' ').some((one) => startsAs(folded, one))).map(
        ([, meant]) => meant,
      ),
    ];
  });
  const formed = SHAPES.flatMap(([shape, meant]) => (shape.test(question) ? [meant] : []));
  const place = [...CITIES].some((city) => ` ${words(fold(question)).join(' ')} `.includes(` ${city} `));
  return [question, ...new Set([...extra, ...formed, ...(place ? ['time zone city'] : [])])].join(' ');
}

/** `current_time`, `currentTime` -> current, time; `sha256` -> sha, 256 */
export function words(text: string): string[] {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{L})(\p{N})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

/** Short beginnings are whole words: `rok` is no `rokowania`. */
function startsAs(word: string, beginning: string): boolean {
  return beginning.length <= 3 ? word === beginning : word.startsWith(beginning);
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll('ł', 'l').normalize('NFD').replace(/\p{M}/gu, '');
}
