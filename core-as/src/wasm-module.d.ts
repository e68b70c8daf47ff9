/** How workerd and its bundlers import a .wasm file. */
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
