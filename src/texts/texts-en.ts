import { ALERTS_EN } from './alerts-en';
import type { Catalogue } from './catalogue';
import { COMPONENTS_EN } from './components-en';
import { TOOLS_EN } from './tools-en';
import { INSTALLATION_EN } from './installation-en';
import { REPORT_EN } from './report-en';
import { report } from './report-text';
import { rounded } from './rounded';
import { STATES_EN } from './states';
import { serviceWords, statusChatServer } from './status-text';
import { TRIAL_EN } from './trial-en';
import { trialReport } from './trial-text';

const HELP_EN: Record<string, string> = {
  help: '`!help`: this list',
  status: '`!status`: the cores and how they are',
  switch:
    '`!switch <core>`, `!switch cancel`: make another core the active one, or take that back while it is going on',
  pause: '`!pause 30m`: nothing switches or is repaired by itself for that long',
  resume: '`!resume`: end the pause',
  maintenance:
    '`!maintenance <core> 2h`, `!maintenance <core> off`: leave a core alone while somebody works on it',
  report: '`!report [24h]`: how well the assistant was up',
  restart: '`!restart rocketchat|mongodb`: restart that container',
  catalogue: '`!catalogue [words]`: components that could be installed, or those that fit some words',
  sources: '`!sources`, `!sources reload`: where the catalogue comes from; read all of it again',
  component: '`!component <name>`: what a component does, and what it may do',
  trial:
    '`!trial <name>[@version]`, `!trial stop <id>`: try a component of the catalogue in the sandbox, or end that',
  trials: '`!trials`: the trials that run, wait, or were the last ones',
  allow:
    '`!allow <code>`, `!allow <code> thread`: let a tool be called that I asked about, once or for an hour in that thread',
  deny: '`!deny <code>`: forbid it',
  install: '`!install <name>[@version]`: ask the administrators for a component that passed its trial',
  approve: '`!approve <code>`: agree to what was asked under that code',
  reject: '`!reject <code> <why>`: say no to it',
  components: '`!components [name]`: the installed components, or one of them with its history',
  promote: '`!promote <name>`: use a canary everywhere, before it has proved itself',
  rollback: '`!rollback <name> [version]`: take back an upgrade, or go back to what was approved before',
  config:
    '`!config <name>`, `!config <name> <key> <value>`: what a component can be told, and telling it that, in a direct message',
  remove: '`!remove <name>`: remove an installed component; with `data` behind it, also what it keeps',
  new: '`!new`: forget what was said here before',
  stop: '`!stop`: stop the answer to your question',
  language: '`!language en|pl`: the language I speak in this room',
  listen: '`!listen all|mentions`: whether I answer every message here, or only when mentioned',
};

const MODES_EN: Record<string, string> = {
  NORMAL: 'All is well',
  SINGLE: 'Only one core can answer',
  BLACKOUT: 'No core can answer',
  SWITCHING: 'A switch is under way',
  PAUSED: 'Paused: nothing switches or is repaired by itself',
  PINNED: 'Too many switches: the active core stays what it is for a while',
  TILT: 'The clock of this machine cannot be trusted right now',
};

const KINDS_EN: Record<string, string> = {
  ollama: 'Ollama',
  engine: 'built-in engine',
  scripted: 'scripted',
  external: 'external',
};

export const EN: Catalogue = {
  ...ALERTS_EN,
  ...COMPONENTS_EN,
  ...TOOLS_EN,
  ...INSTALLATION_EN,
  switched: ({ from, to }) =>
    `⚠️ Switched from core ${from} to core ${to}, because core ${from} failed. Answers go on.`,
  switchedByHand: ({ from, to }) => `🔀 Switched from core ${from} to core ${to}, as asked.`,
  switchedFromSlow: ({ from, to }) =>
    `🐢 Switched from core ${from} to core ${to}, because core ${from} has become slow. Answers go on.`,
  switchedBack: ({ from, to }) => `🔀 Switched from core ${from} back to core ${to}, the preferred one.`,
  slowEverywhere: ({ core, pace, others }) => {
    const slow = `🐢 Core ${core} has become slow (${rounded(pace, 'en')} tokens a second, less than a quarter of its normal speed)`;
    if (others.length === 0)
      return `${slow}, and no other core is ready to take over. Please look at it: \`!status\`.`;
    const paces = others.map((other) => `core ${other.core}: ${rounded(other.pace, 'en')}`).join(', ');
    return `${slow}, and no other core is at least twice as fast (${paces}). I do not switch: most likely their machine is busy with something else. Please look at it.`;
  },
  repairFailed: ({ core, reason }) =>
    `🚑 Core ${core} could not be repaired (${reason}). I try again every half hour; please look at it. \`!status\` tells how the cores are.`,
  pinned: ({ core }) =>
    `📌 Too many switches in ten minutes, and now core ${core} has failed as well. I stop switching for a while; questions are still answered by whatever core can. Please look at the cores: \`!status\`, \`!report\`. \`!switch <core>\` ends this.`,
  blackout: ({ waiting }) =>
    waiting === 1
      ? '⏳ No core can answer right now. Your question is kept and will be answered as soon as one is back.'
      : `⏳ No core can answer right now. The ${waiting} questions waiting here are kept and will be answered in order as soon as one is back.`,
  preparing: ({ step, percent, secondsLeft, waiting }) => {
    const what = {
      engine: 'The engine that runs the language model is being installed',
      model: 'The language model is being fetched',
      checking: 'The language model is being checked',
    }[step];
    const done = percent === undefined ? '' : `, ${Math.floor(percent)} % so far`;
    const left = secondsLeft === undefined ? '' : `, about ${Math.max(1, Math.ceil(secondsLeft))} s to go`;
    const then =
      waiting === 1
        ? 'Your question is kept and will be answered after that.'
        : `The ${waiting} questions waiting here are kept and will be answered in order after that.`;
    return `⏳ ${what}${done}${left}. ${then}`;
  },
  busyUser: () => 'Those are many questions at once. Please ask again when I have answered the ones before.',
  busyLoop: ({ turns, minutes }) =>
    `That is more than ${turns} messages of yours to me here within ${minutes} minutes, as when two machines talk to each other. I leave this one; please try again in a few minutes.`,
  busyRoom: () => 'Too many questions are waiting in this room. Please ask again in a moment.',
  busyAll: () => 'More questions are waiting than I can answer soon. Please ask again in a few minutes.',
  tooLong: ({ characters, limit }) =>
    `Your message has ${characters} characters; I can read at most ${limit}. Please shorten it, or send it in parts.`,
  overBudget: ({ tokens, limit }) =>
    `Your message takes up about ${tokens} tokens, and the model has room for about ${limit}. Please shorten it.`,
  apology: () =>
    '⚠️ I could not answer this question: every attempt failed. It is kept, and an administrator can have it tried again.',
  deadLetter: ({ deaths, room, author, id }) =>
    `⚠️ A question was given up, because cores die of it: ${deaths} times one died while it wrote the answer. Room: ${room}, author: ${author}, message: ${id}. It is kept: \`GET /api/v1/messages\` lists it, and it can be requeued or discarded there.`,
  stopped: () => '🛑 Stopped.',
  nothingToStop: () => 'There is nothing to stop: no question of yours is waiting here.',
  startedAnew: () => '🆕 A fresh start: I forget what was said here before.',
  languageSet: () => 'From now on I speak English here.',
  languageUsage: () => 'Use `!language en` (English) or `!language pl` (Polish).',
  languageUnknown: ({ given }) => `I do not speak "${given}". ${EN.languageUsage()}`,
  listenAll: () => 'From now on I answer every message in this room.',
  listenMentions: () =>
    'From now on I answer here only when somebody mentions me, and in threads I take part in.',
  listenUsage: () => 'Use `!listen all` or `!listen mentions`.',
  switchDone: ({ core }) => `Core ${core} is active now.`,
  switchAlready: ({ core }) => `Core ${core} is active already.`,
  switchBusy: ({ from, to, seconds }) =>
    `A switch from core ${from} to core ${to} is still going on: answers on core ${from} have up to ${seconds} s to finish. Wait, or take it back with \`!switch cancel\`.`,
  switchCancelled: ({ core }) => `Taken back: core ${core} is active.`,
  nothingToCancel: () => 'There is nothing to take back: no switch is going on.',
  switchOvertaken: ({ core }) =>
    `Another switch came in between: core ${core} is active now. Look at \`!status\` and decide anew.`,
  noStandIn: ({ core }) =>
    `Core ${core} cannot be spared now: no other core is ready to take over. \`!status\` tells when one is.`,
  durationUsage: ({ command, longest }) =>
    `Say for how long, for example \`!${command} 30m\` or \`!${command} 2h\`; at most ${longest}.`,
  paused: ({ until, duration }) =>
    `⏸️ Paused for ${duration}, until ${until}: no core is switched or repaired by itself. Questions are answered as before, by whatever core can. \`!resume\` ends it.`,
  resumed: () => '▶️ The pause is over: I switch and repair by myself again.',
  notPaused: () => 'I am not paused.',
  maintenanceUsage: ({ cores }) =>
    `Use \`!maintenance <core> 2h\` or \`!maintenance <core> off\`. The cores are: ${cores}.`,
  maintenanceOn: ({ core, duration }) =>
    `🔧 Core ${core} is in maintenance for ${duration}: it gets no work and is not repaired. \`!maintenance ${core} off\` ends it.`,
  maintenanceOff: ({ core }) =>
    `Core ${core} is back from maintenance and will be used again once it is ready.`,
  notInMaintenance: ({ core }) => `Core ${core} is not in maintenance.`,
  report: (values) => report(values, REPORT_EN),
  trialReport: (values) => trialReport(values, TRIAL_EN),
  trialBegun: ({ title, version, id, waiting }) =>
    waiting === 0
      ? `🧪 Trial ${id} of ${title} ${version} has begun, in a sandbox of its own. The report comes into this room; it takes less than a minute as a rule. \`!trial stop ${id}\` ends it.`
      : `🧪 Trial ${id} of ${title} ${version} waits for ${waiting} before it. The report comes into this room; \`!trial stop ${id}\` takes it back.`,
  trialUsage: () =>
    'Give the name of a component, and a version where it is not the newest: `!trial time-mcp` or `!trial time-mcp@1.0.6`. `!trial stop ID` ends one. `!catalogue` lists what there is.',
  trialRunning: ({ id, title, version, check }) =>
    `- ${id}: ${title} ${version}, under way (${TRIAL_EN.checks[check] ?? check})`,
  trialQueued: ({ id, title, version }) => `- ${id}: ${title} ${version}, waiting`,
  trialDone: ({ id, title, version, verdict }) =>
    `- ${id}: ${title} ${version} ${{ pass: 'passed', pass_with_warnings: 'passed with warnings', fail: 'did not pass', inconclusive: 'could not be judged' }[verdict]}`,
  noTrials: () => 'There were no trials yet. `!trial NAME` begins one.',
  trialStopped: ({ id }) => `Trial ${id} is stopped; nothing of it is left.`,
  trialRefused: ({ name, reason }) => `I cannot try \`${name}\`. ${reason}`,
  reportUsage: ({ longest }) =>
    `Use \`!report\` for the last 24h, or say for how long, for example \`!report 7d\`; at most ${longest}.`,
  restartUsage: ({ services }) =>
    services.length === 0
      ? 'There is nothing here that I may restart: no container of Rocket.Chat or MongoDB is named in my settings.'
      : `Use \`!restart <service>\`. The services are: ${services.join(', ')}.`,
  serviceRestartDone: ({ service }) => `🔁 ${service} was restarted. It may take a minute until it is back.`,
  serviceRestartFailed: ({ service, reason }) => `${service} could not be restarted: ${reason}`,
  serviceRestarted: ({ service, reason }) =>
    `🔁 ${service} had not been well for five minutes (${reason}), so I restarted it. I do that once in half an hour at most; if it does not help, please look at it.`,
  chatServerUntested: ({ version, tested }) =>
    `⚠️ Rocket.Chat here is version ${version}; I am tested with ${tested}. I go on working as well as I can. Please look at the release notes, or update me.`,
  workspaceReadOnly: () =>
    '⛔ Rocket.Chat is read-only: the workspace is not registered, or could not report its usage, so it takes no message. Answers are kept and posted later. An administrator registers the workspace (Administration, Workspace), or lets it reach collector.rocket.chat; restarting helps nothing.',
  workspaceReadOnlySoon: ({ days }) =>
    `⚠️ Rocket.Chat becomes read-only in ${days === 1 ? 'one day' : `${days} days`}: it could not report its usage to the vendor. An administrator registers the workspace (Administration, Workspace), or lets it reach collector.rocket.chat.`,
  switchUsage: ({ cores }) => `Use \`!switch <core>\`. The cores are: ${cores}.`,
  switchNoSuchCore: ({ core, cores }) => `There is no core ${core}. The cores are: ${cores}.`,
  switchNotReady: ({ core, state }) =>
    `Core ${core} cannot take over now. Its state: ${STATES_EN[state] ?? state}. \`!status\` tells when it is ready.`,
  unknownCommand: ({ given, nearest }) =>
    `I do not know the command \`!${given}\`.${nearest ? ` Did you mean \`!${nearest}\`?` : ''} \`!help\` lists all commands.`,
  forbidden: ({ command, who }) => `Only ${who} may use \`!${command}\`.`,
  whoOperator: () => 'administrators and operators of this workspace',
  whoModerator: () => 'owners and moderators of this room',
  failed: ({ reason }) => `That did not work: ${reason}`,
  helpHead: () => 'Ask me in a direct message, or mention me in a channel. Commands:',
  helpTail: () => 'I answer even when a core fails: another one takes over.',
  help: ({ command }) => HELP_EN[command] ?? '',
  statusHead: ({ mode, epoch, waiting }) =>
    `**${MODES_EN[mode] ?? mode}** · epoch ${epoch} · questions waiting: ${waiting}`,
  statusCore: ({ id, kind, active, state, detail }) =>
    `- core ${id} (${KINDS_EN[kind] ?? kind}): ${active ? '**active**' : 'standby'}, ${STATES_EN[state] ?? state}${detail ? ` · ${detail}` : ''}`,
  statusChatServer: (values) =>
    statusChatServer(values, {
      name: 'chat server',
      notAsked: 'not checked yet',
      answers: 'answers',
      silent: (since) => `**silent** since ${since}`,
      untested: 'a version I was not tested with',
      readOnly: '**read-only**: it takes no message',
      readOnlySoon: (days) => `read-only in ${days === 1 ? 'one day' : `${days} days`}`,
      account: (code) => `my account there is not as it should be (${code})`,
    }),
  statusDockerSilent: ({ since, problem }) =>
    `- Docker: **does not answer** since ${since}; until it does: no repairs, no restarts, no trials, no components. ${problem}`,
  statusServices: ({ services }) =>
    `- containers: ${services
      .map((service) =>
        serviceWords(service, {
          well: 'well',
          unknown: 'not known',
          unwell: '**not well**',
          since: (stamp) => `since ${stamp}`,
        }),
      )
      .join('; ')}`,
  lengthLimited: () => '_(cut off at the length limit of an answer; ask me to go on)_',
};
