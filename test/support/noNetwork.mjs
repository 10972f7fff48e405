// Preloaded (`node --import`) into a process under test and into those it forks: whatever reaches the network is noted in the file
// that NETWORK_RECORD names, and fails. Each process notes its script first, so that a test sees that it was watched.
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import inspector from 'node:inspector';
import net from 'node:net';
import path from 'node:path';
import process from 'node:process';
import tls from 'node:tls';
import { isMainThread } from 'node:worker_threads';

const note = (line) => fs.appendFileSync(process.env.NETWORK_RECORD, `${line}\n`);
note(`started ${isMainThread ? path.basename(process.argv[1] ?? '') : 'thread'}`);

function deny(holder, where, names) {
  for (const name of names)
    holder[name] = () => {
      note(`${where}.${name}`);
      throw new Error(`${where}.${name} was called`);
    };
}

const asking = (holder) => Object.keys(holder).filter((name) => /^(lookup|resolve|reverse)/.test(name));

deny(net.Socket.prototype, 'net.Socket', ['connect']);
deny(net.Server.prototype, 'net.Server', ['listen']);
deny(http, 'http', ['request', 'get']);
deny(https, 'https', ['request', 'get']);
deny(http2, 'http2', ['connect']);
deny(tls, 'tls', ['connect']);
deny(dgram, 'dgram', ['createSocket', 'Socket']);
deny(inspector, 'inspector', ['open']);
deny(dns, 'dns', asking(dns));
deny(dns.promises, 'dns.promises', asking(dns.promises));
deny(globalThis, 'globalThis', ['fetch', 'WebSocket', 'EventSource']);

// another program could reach it as well; a fork is watched
deny(childProcess, 'child_process', ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync']);
const { fork } = childProcess;
childProcess.fork = (script, args, options) =>
  fork(script, args, { ...options, execArgv: [...(options.execArgv ?? []), '--import', import.meta.url] });
