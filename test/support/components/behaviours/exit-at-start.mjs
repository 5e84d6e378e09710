export const about = 'Ends at once, with code 1 and a reason on stderr.';

export function change(server) {
  server.beforeReading = async () => {
    process.stderr.write("Error: Cannot find module '../build/Release/canvas.node'\n");
    process.exit(1);
  };
}
