import { eventually } from '../../support/chat-person';
import type { StatusView } from '../../support/running-rdzen';

/** Once Rdzen has all its cores and is in the chat. @param api `http://HOST:PORT` */
export function serving(api: string): Promise<StatusView | undefined> {
  return eventually(
    () => status(api),
    (view) => view?.rocketchat_connected === true && view.cores.every(({ state }) => state === 'ready'),
    90_000,
    'both cores ready and the chat connected',
  );
}

/** @returns undefined where nobody answers */
export async function status(api: string): Promise<StatusView | undefined> {
  // Docker takes a connection to a port whose container does not listen yet; `fetch` can wait on one for ever.
  const answer = await fetch(`${api}/status`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as StatusView) : undefined;
}
