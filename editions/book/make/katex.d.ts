// KaTeX says in the "exports" of its package.json where its types are, which tsconfig.json leaves aside.
declare module 'katex' {
  export { default } from 'katex/types/katex';
}
