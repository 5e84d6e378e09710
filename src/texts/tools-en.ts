import type { ToolTexts } from './tool-texts';

const EFFECT = { read: 'reads', write: 'writes', destructive: 'overwrites or deletes' } as const;

export const TOOLS_EN: ToolTexts = {
  lookingAt: ({ titles }) => `_looking at: ${titles.join(', ')}_`,
  waitingForLeave: ({ code }) => `_waiting for leave, see \`!allow ${code}\` below_`,
  toolApproval: ({ code, title, tool, effect, egress, arguments: args, author, after }) =>
    [
      `**May I call \`${tool}\` of ${title}?** It ${EFFECT[effect]}${egress ? ', and it reaches out of this machine' : ''}.`,
      ...(args === '' ? [] : ['```', args, '```']),
      `- why: for the question of ${author}${after.length > 0 ? `, after what ${after.join(', ')} answered` : ''}`,
      `- \`!allow ${code}\` for this call, \`!allow ${code} thread\` for this tool in this thread for an hour, \`!deny ${code}\` for no`,
      '- in ten minutes without a word: no',
    ].join('\n'),
  toolAllowed: ({ code, inThread }) =>
    inThread
      ? `${code} is allowed, and the same tool in this thread for an hour.`
      : `${code} is allowed, once.`,
  toolDenied: ({ code }) => `${code} is denied.`,
  allowUsage: () => 'Use `!allow <code>`, or `!allow <code> thread` for an hour in this thread.',
  denyUsage: () => 'Use `!deny <code>`.',
  toolChanges: ({ changed, unknown }) =>
    [
      ...(changed.length > 0
        ? [`_Changed on the way: ${changed.join(', ')}. To undo it, ask for the opposite._`]
        : []),
      ...(unknown.length > 0
        ? [
            `_Sent, and its outcome is not known: ${unknown.join(', ')}. I do not repeat it; please look yourself._`,
          ]
        : []),
    ].join('\n'),
  toolsEnded: ({ reason, name }) =>
    ({
      repeated: `I stopped: the same call of \`${name}\` was wanted three times, and its answer did not help.`,
      'unknown-tool': `I stopped: tools were wanted that do not exist, the last \`${name}\`.`,
      invalid: `I stopped: \`${name}\` could not be called, because its arguments were wrong three times.`,
    })[reason],
  modelCallsNoTools: ({ model }) =>
    `The model ${model} calls no tools, so that installed components are not used in answers. Choose one that does, for example \`RDZEN_MODEL=llama3.2\`.`,
};
