import type { ToolTexts } from './tool-texts';

const EFFECT = { read: 'czyta', write: 'zapisuje', destructive: 'nadpisuje lub usuwa' } as const;

export const TOOLS_PL: ToolTexts = {
  lookingAt: ({ titles }) => `_sprawdzam: ${titles.join(', ')}_`,
  waitingForLeave: ({ code }) => `_czekam na zgodę, zob. \`!allow ${code}\` poniżej_`,
  toolApproval: ({ code, title, tool, effect, egress, arguments: args, author, after }) =>
    [
      `**Czy mogę wywołać \`${tool}\` z ${title}?** To narzędzie ${EFFECT[effect]}${egress ? ' i sięga poza tę maszynę' : ''}.`,
      ...(args === '' ? [] : ['```', args, '```']),
      `- po co: do pytania, które zadał(a) ${author}${after.length > 0 ? `, po tym, co odpowiedziało ${after.join(', ')}` : ''}`,
      `- \`!allow ${code}\` na to wywołanie, \`!allow ${code} thread\` na to narzędzie w tym wątku przez godzinę, \`!deny ${code}\` na nie`,
      '- dziesięć minut bez słowa: nie',
    ].join('\n'),
  toolAllowed: ({ code, inThread }) =>
    inThread
      ? `Zgoda na ${code}, i na to samo narzędzie w tym wątku przez godzinę.`
      : `Zgoda na ${code}, jeden raz.`,
  toolDenied: ({ code }) => `Brak zgody na ${code}.`,
  allowUsage: () => 'Użyj `!allow <kod>` albo `!allow <kod> thread` na godzinę w tym wątku.',
  denyUsage: () => 'Użyj `!deny <kod>`.',
  toolChanges: ({ changed, unknown }) =>
    [
      ...(changed.length > 0
        ? [`_Zmienione po drodze: ${changed.join(', ')}. Aby cofnąć, poproś o odwrotne._`]
        : []),
      ...(unknown.length > 0
        ? [`_Wysłane, a wynik nie jest znany: ${unknown.join(', ')}. Nie powtarzam; proszę sprawdzić._`]
        : []),
    ].join('\n'),
  toolsEnded: ({ reason, name }) =>
    ({
      repeated: `Przerywam: to samo wywołanie \`${name}\` miało pójść trzeci raz, a jego odpowiedź nie pomogła.`,
      'unknown-tool': `Przerywam: potrzebne były narzędzia, których nie ma, ostatnio \`${name}\`.`,
      invalid: `Przerywam: \`${name}\` nie dało się wywołać, bo trzy razy argumenty były błędne.`,
    })[reason],
  modelCallsNoTools: ({ model }) =>
    `Model ${model} nie wywołuje narzędzi, więc zainstalowane komponenty nie są używane w odpowiedziach. Wybierz taki, który to robi, na przykład \`RDZEN_MODEL=llama3.2\`.`,
};
