import { describe, expect, it } from 'vitest'
import type { Layer, ReadBack } from '../../../contract/engine'
import { countTypes, layerType, precisionRows } from '../../../electron/core/engines/layer-types'

const layer = (tactic: string | null, precision: string | null = null, type = 'CaskConvolution'): Layer => ({
  name: 'l',
  type,
  precision,
  tactic,
  onnxNodes: [],
})
const tf32 = layer('sm80_xmma_fprop_implicit_gemm_f32f32_tf32f32_f32_nhwckrsc_nhwc_tilesize64x64x32_stage3')
const fp32 = layer('ampere_sgemm_128x64_nn')
const fp16 = layer('sm80_xmma_gemm_f16f16_f16f16_f16_nn_n_tilesize32x32x64_stage6')
const shuffle = layer(null, 'Row major linear FP32', 'Shuffle')
const compiled = layer('__myl_Add_0x1234', 'Float', 'kgen')
const flag = (achieved: string): ReadBack => ({ option: 'precision', requested: 'bf16', achieved, same: true, readFrom: 'builder config' })

describe('what a layer computes in', () => {
  it.each([
    [tf32, 'TF32'],
    [fp32, 'FP32'],
    [fp16, 'FP16'],
    [layer('sm80_xmma_fprop_implicit_gemm_interleaved_i8i8_i8i32_f32_nchw_vect_c_32'), 'INT8'],
    [layer('sm80_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize64x64x32'), 'BF16'],
    [layer('sm89_xmma_gemm_e4m3e4m3_e4m3f32_f32_tn'), 'FP8'],
    [layer('ampere_h16816gemm_128x128_ldg8_stages_64x3_nn_v1'), 'FP16'],
    [layer('turing_fp16_s1688gemm_fp16_128x128_ldg8_f2f_nn'), 'FP16'],
    [layer('0x00000000000003e8', 'Channel major FP16 format where channel % 8 == 0', 'Reformat'), 'FP16'],
    [layer(null, 'Thirty-two wide channel vectorized row major Int8 format'), 'INT8'],
    [layer(null, 'BFloat16'), 'BF16'],
    [layer(null, 'Half'), 'FP16'],
    [shuffle, 'FP32'],
    [layer(null, 'N/A due to dynamic shapes'), null],
    [layer(null, 'Row major linear INT32'), null],
    [layer(null), null],
  ])('%o: %s', (one, type) => expect(layerType(one)).toBe(type))

  it('counts them, the commonest first', () => {
    expect(countTypes([tf32, fp16, fp16, layer(null)])).toEqual([
      { type: 'FP16', layers: 2 },
      { type: 'TF32', layers: 1 },
    ])
    expect(countTypes(null)).toEqual([])
  })
})

describe('the precision is judged by the layers', () => {
  const achieved = (requested: Parameters<typeof precisionRows>[0], layers: Layer[]) => precisionRows(requested, layers, flag('bf16'))[0]

  it('a BF16 build that chose TF32 throughout is not as asked', () => {
    expect(achieved('bf16', [tf32, tf32, shuffle])).toMatchObject({ requested: 'bf16', achieved: 'tf32', same: false, readFrom: 'engine inspector' })
    expect(precisionRows('bf16', [tf32, tf32, shuffle], flag('bf16'))[1]).toMatchObject({ option: 'layerPrecision', achieved: 'TF32 2, FP32 1' })
  })
  it('an FP16 build that gave FP32 is not, one with a half kernel is', () => {
    expect(achieved('fp16', [fp32, shuffle])).toMatchObject({ achieved: 'fp32', same: false })
    expect(achieved('fp16', [fp32, fp16])).toMatchObject({ achieved: 'fp16', same: true })
  })
  it('FP32 holds only where nothing is narrower', () => {
    expect(achieved('fp32', [fp32, shuffle])).toMatchObject({ achieved: 'fp32', same: true })
    expect(achieved('fp32', [fp32, tf32])).toMatchObject({ achieved: 'tf32', same: false })
  })
  it('TF32 is denied only where every kernel tells', () => {
    expect(achieved('tf32', [fp32, shuffle])).toMatchObject({ achieved: 'fp32', same: false })
    expect(achieved('tf32', [fp32, compiled])).toMatchObject({ readFrom: 'builder config' })
    expect(achieved('tf32', [tf32, compiled])).toMatchObject({ achieved: 'tf32', same: true })
  })
  it("keeps the builder's word where the layers say nothing, and of a strongly typed network", () => {
    expect(precisionRows('bf16', null, flag('bf16'))).toEqual([flag('bf16')])
    expect(achieved('strongly-typed', [fp16])).toMatchObject({ readFrom: 'builder config' })
    expect(precisionRows(null, [fp16], undefined)).toMatchObject([{ option: 'layerPrecision', achieved: 'FP16 1' }])
  })
})
