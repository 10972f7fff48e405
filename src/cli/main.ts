import { run } from './run';

// Not process.exit: it would cut off what is still being written to a pipe.
void run(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
