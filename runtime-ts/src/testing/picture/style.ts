/**
 * How the picture looks. Grades are told by pattern and sign as well as by colour, and the colours are of a palette that
 * colour-blind people tell apart (Okabe and Ito, *Color Universal Design*, 2008).
 *
 * @module
 */
import { element, line, path } from './markup.ts'

/** @param id of the picture: another one on the same page looks as it likes */
export function style(id: string): string {
  return `
#${id} { font: 12px system-ui, sans-serif; }
#${id} text { fill: #1b1b1b; }
#${id} .paper { fill: #fff; stroke: #d5d5d5; }
#${id} .title { font-size: 15px; font-weight: 600; }
#${id} .lane { fill: #f5f5f2; }
#${id} .gone { fill: #dcdcd6; }
#${id} .host { font-size: 14px; font-weight: 600; }
#${id} .small { font-size: 11px; fill: #4a4a4a; }
#${id} .accepted { fill: #fff; stroke: #44546a; stroke-dasharray: 4 3; }
#${id} .durable { fill: url(#${id}-hatch); stroke: #0072b2; }
#${id} .committed { fill: #00664b; }
#${id} .lost { fill: #b34700; }
#${id} .withdrawn { fill: #fff; stroke: #b34700; stroke-width: 2; }
#${id} .sign { fill: none; stroke: #fff; stroke-width: 2.2; }
#${id} .sign.back { stroke: #b34700; }
#${id} .version { font-size: 11px; font-weight: 600; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
#${id} .flight { fill: none; stroke: #8a8a8a; stroke-dasharray: 2 3; }
#${id} .flight.depends { stroke: #1b1b1b; stroke-width: 1.4; stroke-dasharray: none; }
#${id} .flight.refused { stroke: #b34700; stroke-dasharray: 5 3; }
#${id} .end { stroke: #b34700; stroke-width: 2; fill: none; }
#${id} .ended { fill: #b34700; font-size: 11px; font-weight: 600; paint-order: stroke; stroke: #f5f5f2; stroke-width: 3px; }
#${id} .axis { stroke: #8a8a8a; }
`
}

/** Arrow heads and hatchings. */
export function definitions(id: string): string {
  const arrow = (name: string, colour: string) =>
    element(
      'marker',
      { id: `${id}-${name}`, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
      path('M0 0 8 4 0 8z', { fill: colour }),
    )
  const hatch = element(
    'pattern',
    { id: `${id}-hatch`, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    element('rect', { width: 6, height: 6, fill: '#e3f1fb' }) +
      line(0, 0, 0, 6, { stroke: '#56b4e9', 'stroke-width': 4 }),
  )
  return element(
    'defs',
    {},
    hatch + arrow('depends', '#1b1b1b') + arrow('stable', '#8a8a8a') + arrow('refused', '#b34700'),
  )
}
