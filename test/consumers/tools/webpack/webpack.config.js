import HtmlWebpackPlugin from 'html-webpack-plugin'

export default {
  entry: './votes.page.ts',
  output: { clean: true },
  module: { rules: [{ test: /\.ts$/, loader: 'esbuild-loader', options: { target: 'es2022' } }] },
  plugins: [new HtmlWebpackPlugin({ template: 'index.html', scriptLoading: 'module' })],
}
