/**
 * The README of a bundle: ten lines for the person who has it on a stick.
 * @param {string[]} kinds of machines
 * @param {string} edition
 */
export const readme = (
  kinds,
  edition,
) => `lif-fc-mnist ${edition}, to be set up without a network. For: ${kinds.join(', ')}.
1. Install Node (20, 22, 24 or 26) and Python (3.11 to 3.13, with venv); these two are not in here.
2. Copy this whole folder to the machine, and unpack lif-fc-mnist.zip there, or use a clone of the same edition.
3. In the folder of the project (Linux, macOS):   npm run setup -- --from /path/to/this/folder
   or for all of its commands:                    export LIF_FC_MNIST_BUNDLE=/path/to/this/folder
   Windows (PowerShell):                          $env:LIF_FC_MNIST_BUNDLE = 'D:\\path\\to\\this\\folder'; npm run setup
4. npm run doctor    says whether all is well, in one line to paste. npm run lab    opens the notebooks.
Every file is checked against SHA256SUMS before it is used. To check the copy yourself: cd KIND; sha256sum -c SHA256SUMS
To add another kind of machine, run \`npm run setup -- --bundle\` there, and copy its build/bundle/KIND and the line in kinds.json here.
To serve all of it to a room: npm run setup -- --bundle --serve --host 0.0.0.0
`;
