import type { ComponentConfigTexts } from './component-texts';

const OF = { memory: 'pamięci', processor: 'procesora' };

export const COMPONENT_CONFIG_PL: ComponentConfigTexts = {
  componentUnavailable: ({ name, reason }) =>
    `⚠️ Komponent \`${name}\` zakończył się trzy razy w ciągu minuty i na razie nie jest uruchamiany: ${reason}. Więcej powie \`!trial ${name}\`.`,
  componentStrained: ({ name, of, percent }) =>
    `⚠️ Komponent \`${name}\` zajmuje ${percent} % ${OF[of]}, którą może mieć. Powyżej 100 % jest spowalniany albo kończony.`.replace(
      'procesora, którą może mieć',
      'procesora, który może mieć',
    ),
  componentFull: ({ name, limitMiB }) =>
    `💾 Komponent \`${name}\` przechowuje więcej niż dozwolone ${limitMiB} MiB danych. Dopóki nie będzie ich mniej, narzędzia, które zapisują, nie są wywoływane; te, które czytają, działają.`,
  configUsage: () =>
    'W wiadomości prywatnej: `!config NAZWA` pokazuje ustawienia komponentu, `!config NAZWA KLUCZ WARTOŚĆ` ustawia jedno, `!config NAZWA KLUCZ -` usuwa je.',
  configInRoom: () =>
    '🔒 Niczego stąd nie przyjmuję: ustawienia podaje się tylko w wiadomości prywatnej, bo pokój czyta wszystko. Usuń proszę swoją wiadomość, a jeśli zawierała sekret, utwórz nowy: ten jest już znany.',
  configSet: ({ name, key, removed }) =>
    removed
      ? `\`${key}\` komponentu \`${name}\` nie jest już ustawione.`
      : `🔒 \`${key}\` komponentu \`${name}\` jest ustawione; przechowuję je zaszyfrowane i nigdy nie pokazuję. Jeśli to sekret, usuń teraz swoją wiadomość: ja nie mogę tego zrobić za ciebie.`,
  configRefused: ({ name, reason }) => `Niczego nie ustawiam w \`${name}\`. ${reason}`,
  config: ({ name, entries }) =>
    entries.length === 0
      ? `\`${name}\` nie ma ustawień.`
      : [
          `**Ustawienia \`${name}\`**`,
          ...entries.map(
            (one) =>
              `- \`${one.name}\`${one.secret ? ', sekret' : ''}: ${one.set ? 'ustawione' : one.required ? '**brakuje**' : 'nieustawione'}${one.description === undefined ? '' : ` (${one.description.slice(0, 120)})`}`,
          ),
        ].join('\n'),
};
