/** What test/rigs/docker.mjs made, handed over by `npm run test:docker`. */
export interface DockerRig {
  images: {
    /** Node and a small shell. */
    base: string;
    /** The same with Node 24, whose `fetch` heeds HTTPS_PROXY. */
    base24: string;
    /** This project, as docker/Dockerfile makes it. */
    rdzen: string;
    /** The scripted core behind Ollama's API on :11434; environment as of src/embedded/core/main.ts. */
    core: string;
    /** The embedded chat server on :3000; BOT_PASSWORD must be given. */
    chat: string;
    /** Real Ollama on :11434, without a model. */
    ollama: string;
  };
  /** Model folder (OLLAMA_MODELS) of this machine that holds `model`. */
  modelsDir: string;
  model: string;
}

/** @throws Error where the specs were not started through their suite. */
export function dockerRig(env: NodeJS.ProcessEnv = process.env): DockerRig {
  const need = (name: string): string => {
    const value = env[name];
    if (!value)
      throw new Error(
        `${name} is not set: run these specs with "npm run test:docker", which makes their images.`,
      );
    return value;
  };
  return {
    images: {
      base: need('RDZEN_RIG_IMAGE_BASE'),
      base24: need('RDZEN_RIG_IMAGE_BASE24'),
      rdzen: need('RDZEN_RIG_IMAGE_RDZEN'),
      core: need('RDZEN_RIG_IMAGE_CORE'),
      chat: need('RDZEN_RIG_IMAGE_CHAT'),
      ollama: need('RDZEN_RIG_IMAGE_OLLAMA'),
    },
    modelsDir: need('RDZEN_RIG_MODELS'),
    model: need('RDZEN_RIG_MODEL'),
  };
}
