'use strict';
// What a check says: what was found, and for what is not well, what to do.

const ok = (found) => ({ status: 'ok', found });

/** It works, but could be better. */
const note = (found, mend) => ({ status: 'note', found, mend });

const fault = (found, mend) => ({ status: 'fault', found, mend });

/** The fault in an error of set-up, whose message says after its last colon what to do. */
function faultOf(message) {
  const at = message.lastIndexOf(': ');
  return at === -1 ? fault(message, 'run `npm run setup`') : fault(message.slice(0, at), message.slice(at + 2));
}

module.exports = { fault, faultOf, note, ok };
