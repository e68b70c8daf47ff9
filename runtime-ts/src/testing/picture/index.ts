/** Pictures of what hosts have told. */
export { type ChronicleSvgOptions, chronicleSvg } from './svg.ts'
