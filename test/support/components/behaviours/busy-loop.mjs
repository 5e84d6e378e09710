export const about = 'Computes without rest from its start on, and answers in between.';
export const limit = { of: 'seconds', outside: 1, inContainer: 86_400 };

export function change(server) {
  server.initialized = () => {
    const end = performance.now() + server.limit * 1000;
    const spin = () => {
      for (const pause = performance.now() + 20; performance.now() < pause;);
      if (performance.now() < end) setTimeout(spin, 0);
    };
    spin();
  };
}
