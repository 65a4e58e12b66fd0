// Where a server can listen: free ports, and the addresses of this machine.
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { codeOf } from '../../../../packages/system/processes';
import { UserError } from '../../../../packages/system/project';

/** Listens for a moment, and resolves to the port that it had. Rejects with the error of the system. */
function listen(ip: string, port: number): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(port, ip, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** A port that is free now. */
export const freePort = () => listen('127.0.0.1', 0);

/** This machine's IPv4 addresses, without 127.0.0.1. */
export const networkAddresses = () =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

/** Throws UserError if the machine does not have this address, or another program listens on the port. */
export async function checkPlace(ip: string, port = 0) {
  try {
    await listen(ip, port);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EACCES') return; // a port below 1024, which root may use
    if (code === 'EADDRINUSE')
      throw new UserError(
        `--port: expected a free port, found ${port} taken; end the program that uses it or give another`,
      );
    const own = ['127.0.0.1', ...networkAddresses(), '0.0.0.0 for all of them'].join(', ');
    throw new UserError(`--ip: expected an address of this machine (${own}), found ${ip} (${code})`);
  }
}
