import type { AlertTexts } from './alert-texts';
import { STATES_EN } from './states';

const listed = (cores: readonly { core: number; state: string; reason: string }[]): string =>
  cores.map(({ core, state, reason }) => `core ${core}: ${STATES_EN[state] ?? state} (${reason})`).join('; ');

export const ALERTS_EN: AlertTexts = {
  noStandby: ({ others }) =>
    `🪫 For two minutes no other core has been ready to take over; one more failure and nobody answers. ${listed(others)}. \`!status\` tells how they are.`,
  standbyCold: ({ core }) =>
    `🧊 Core ${core} would take over without its model in memory: the first answer after a switch waits until it is loaded. More memory, or a smaller model, keeps it warm.`,
  standbyBack: ({ core, after }) => `✅ Core ${core} stands by again, ready to take over (after ${after}).`,
  noCoreAnswers: ({ cores }) =>
    `🚨 No core can answer. Questions are kept and wait. ${listed(cores)}. I go on repairing what I may; please look at the cores: \`!status\`.`,
  coresAnswerAgain: ({ core, after }) =>
    `✅ Core ${core} can answer again (after ${after}); the questions that wait are answered in order.`,
  coreOutOfMemory: ({ core }) =>
    `💥 Core ${core} was ended for the memory it took. It happens again with the same load: choose a smaller model or context, or give it more memory. I tell this once an hour at most.`,
  dockerSilent: ({ problem }) =>
    `🐳 Docker has not been reachable for 30 s: cores are watched and switched as always, but nothing is repaired or restarted, and components and trials do not run. ${problem}`,
  dockerBack: ({ after }) =>
    `✅ Docker is reachable again (after ${after}): repairs and components work again.`,
  chatWasSilent: ({ duration }) =>
    `🔌 The chat server did not answer for ${duration}, so I could tell nobody. What was to be said meanwhile is posted now.`,
  journalDiskWasFull: ({ duration }) =>
    `💽 The disk of my journal was full for ${duration}: nothing new was taken in, and nothing that had been accepted is lost. There is room again; please see to it that it stays so.`,
};
