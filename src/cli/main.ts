import { run } from './run';

// A reader that has seen enough (head, less) closes the pipe: no reason to complain.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

// Not process.exit: it would cut off what is still being written to a pipe.
void run(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
