import type { ContainerEngine } from '../../../src/containers/container-engine';
import type { CoreContainers } from '../../../src/containers/core-containers';
import type { OllamaApi } from '../../../src/ollama/ollama-api';
import type { ChatApi } from '../../../src/rocket-chat/chat-api';
import type { ChatRealtime } from '../../../src/rocket-chat/chat-realtime';

/** Every call of each port; false for what the running gateway never calls. The compiler misses none that is added. */
const CHAT: Record<Exclude<keyof ChatApi, 'identity'>, boolean> = {
  login: true,
  socketToken: true,
  limits: true,
  sendMessage: true,
  updateMessage: true,
  getMessage: true,
  subscriptions: true,
  syncMessages: true,
  room: true,
  resolveRoom: true,
  history: true,
  threadMessages: true,
  usersInPublicRole: true,
  roomModerators: true,
  joinChannel: true,
  createGroup: true,
  inviteToGroup: true,
  serverVersion: true,
};
const SOCKET: Record<Exclude<keyof ChatRealtime, 'connected'>, boolean> = {
  start: true,
  stop: true,
  typing: true,
  reconnect: false,
};
const CORES: Record<keyof OllamaApi, boolean> = {
  version: true,
  tags: true,
  ps: true,
  show: true,
  chat: true,
  generate: true,
  load: true,
  unload: true,
  render: true,
  // A core that joined, and whose model was taken away meanwhile.
  pull: true,
  // Only out of a folder of models that this process sees.
  importModel: false,
};
const ENGINE: Record<keyof ContainerEngine, boolean> = {
  inspect: true,
  restart: true,
  recreate: true,
  onEvent: true,
  close: true,
  // Given by people, whom the API serves; the simulation's people use the chat.
  stop: false,
  signal: false,
  pause: false,
  resume: false,
  stats: false,
  // Asked for by `!status`.
  health: true,
  // By the launcher, before the gateway's own life begins.
  start: false,
  create: false,
  list: false,
  logs: false,
};
const FURTHER: Record<keyof CoreContainers, boolean> = { adopt: true, make: true, remove: true };
const PORTS = {
  CoreContainers: FURTHER,
  ChatApi: CHAT,
  ChatRealtime: SOCKET,
  OllamaApi: CORES,
  ContainerEngine: ENGINE,
};

/** Calls that should have been made and were not, and calls that were made and are said not to be. */
export function unexpectedCalls(reached: ReadonlySet<string>): string[] {
  return Object.entries(PORTS).flatMap(([port, calls]) =>
    Object.entries(calls).flatMap(([call, made]) => {
      const point = `${port}.${call}#before`;
      if (reached.has(point) === made) return [];
      return [made ? `${point} was never reached` : `${point} was reached, and is said never to be`];
    }),
  );
}
