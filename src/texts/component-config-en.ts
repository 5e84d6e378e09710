import type { ComponentConfigTexts } from './component-texts';

export const COMPONENT_CONFIG_EN: ComponentConfigTexts = {
  componentUnavailable: ({ name, reason }) =>
    `⚠️ Component \`${name}\` ended three times within a minute and is left alone for a while: ${reason}. \`!trial ${name}\` tells more.`,
  componentStrained: ({ name, of, percent }) =>
    `⚠️ Component \`${name}\` takes ${percent} % of the ${of} it may have. Over 100 % it is slowed down, or ended.`,
  componentFull: ({ name, limitMiB }) =>
    `💾 Component \`${name}\` keeps more than the ${limitMiB} MiB of data that it may keep. Its tools that write are not called until it keeps less; those that read go on.`,
  configUsage: () =>
    'In a direct message: `!config NAME` shows what a component can be told, `!config NAME KEY VALUE` sets it, `!config NAME KEY -` takes it away.',
  configInRoom: () =>
    '🔒 I took nothing of that: settings are told to me in a direct message only, since a room reads along. Please delete your message, and if it held a secret, make a new one: it counts as known.',
  configSet: ({ name, key, removed }) =>
    removed
      ? `\`${key}\` of \`${name}\` is no longer set.`
      : `🔒 \`${key}\` of \`${name}\` is set; I keep it encrypted and never show it. If it is a secret, please delete your message now: I cannot do that for you.`,
  configRefused: ({ name, reason }) => `I set nothing of \`${name}\`. ${reason}`,
  config: ({ name, entries }) =>
    entries.length === 0
      ? `\`${name}\` has no settings.`
      : [
          `**Settings of \`${name}\`**`,
          ...entries.map(
            (one) =>
              `- \`${one.name}\`${one.secret ? ', secret' : ''}: ${one.set ? 'set' : one.required ? '**missing**' : 'not set'}${one.description === undefined ? '' : ` (${one.description.slice(0, 120)})`}`,
          ),
        ].join('\n'),
};
