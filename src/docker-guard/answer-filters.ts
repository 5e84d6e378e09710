import { isManaged, isWatched, objectAt } from './facts';
import type { Answer } from './routes';
import { isObject, type Json, type JsonObject } from './strict-json';

const isOurs = (labels: JsonObject): boolean => isManaged(labels) || isWatched(labels);
const ours = (list: Json | undefined): Json[] =>
  Array.isArray(list) ? list.filter((one) => isObject(one) && isOurs(objectAt(one, 'Labels'))) : [];

/** Answers that the guard reads and shortens: lists to what is ours, the rest by what is a secret of others. */
export const ANSWER_FILTERS: Readonly<Partial<Record<Answer, (answer: Json) => Json>>> = {
  containers: (answer) => ours(answer).map(withoutCommand),
  networks: (answer) => ours(answer),
  volumes: (answer) => (isObject(answer) ? { ...answer, Volumes: ours(answer.Volumes) } : answer),
  information: (answer) =>
    isObject(answer)
      ? without(answer, ['HttpProxy', 'HttpsProxy', 'NoProxy', 'Swarm', 'RegistryConfig', 'Labels'])
      : answer,
};

/** Environment and command lines of a container that is only watched hold the passwords of others. */
export function withoutSecrets(inspection: Json): Json {
  if (!isObject(inspection)) return inspection;
  const config = without(objectAt(inspection, 'Config'), ['Healthcheck']);
  const { Health: _, ...state } = objectAt(inspection, 'State');
  return { ...inspection, Args: [], State: state, Config: { ...config, Env: [], Cmd: [], Entrypoint: [] } };
}

/** The same of one entry of a list. */
function withoutCommand(entry: Json): Json {
  return isObject(entry) && !isManaged(objectAt(entry, 'Labels')) ? { ...entry, Command: '' } : entry;
}

function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
