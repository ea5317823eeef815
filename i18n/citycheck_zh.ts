<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>CityCheck</name>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source> and has been removed again</source>
        <translation>，现已删除</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source> and stands there</source>
        <translation>，仍在平台上</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>(deleted)</source>
        <translation>（已删除）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>(empty text)</source>
        <translation>（空文本）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>(no agreement yet)</source>
        <translation>（尚未一致过）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>(null)</source>
        <translation>（空值）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <location filename="../processing_algorithms/translate.py"/>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <source>&lt;b&gt;{name}&lt;/b&gt;: {text}</source>
        <translation>&lt;b&gt;{name}&lt;/b&gt;：{text}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>A JSON object; the manual lists what each protocol knows.</source>
        <translation>JSON 对象；各协议可用的设置项见手册。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/citygml.py"/>
        <location filename="../citycheck_qgis/footprints/citymodels/cityjson.py"/>
        <source>A building part without a building counts as a building.</source>
        <translation>没有所属建筑的建筑部分按一栋建筑计。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>A collection has no name; enter the one that the platform uses.</source>
        <translation>有数据集没有名称；请填写平台上的名称。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>A control point has a coordinate that is no number; correct it.</source>
        <translation>有控制点的坐标不是数值；请改正。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/resolve.py"/>
        <source>A control point has four numbers: local x, local y, east and north.</source>
        <translation>一个控制点由四个数值组成：局部 x、局部 y、东坐标、北坐标。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>A file that needs more is given up likewise; on Windows memory is not limited.</source>
        <translation>超过上限的文件同样放弃；Windows 上不限制内存。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>A file that takes longer is given up, with its row in the status of the files.</source>
        <translation>超时的文件放弃读取，并在文件状态表中有一行说明。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>A file with a layer of features, which is split into GeoParquet parts in the output folder first, or one GeoParquet file. All features are taken, whatever the project filters or selects.</source>
        <translation>带要素图层的文件，先在输出文件夹中拆分为 GeoParquet 分片；也可以是一个 GeoParquet 文件。取全部要素，不受工程中过滤或选择的影响。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/cityjson.py"/>
        <source>A geometry is not built as CityJSON says and was left out.</source>
        <translation>有几何不符合 CityJSON 的结构规定，已略去。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/iserver_geometry.py"/>
        <source>A geometry of type {kind} cannot be read.</source>
        <translation>无法读取 {kind} 类型的几何。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/synclayer.py"/>
        <source>A layer or table of a GeoPackage, as pulllayer makes it; it is edited in its file.</source>
        <translation>GeoPackage 中的图层或属性表，如由 pulllayer 建立的；直接在文件中编辑。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/pulllayer.py"/>
        <source>A layer that is pulled again and again needs a file that stays: name a GeoPackage as LAYER_FILE.</source>
        <translation>多次拉取的图层须长期保存：请用 LAYER_FILE 指定 GeoPackage 文件。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>A layer that packages are merged into needs a file that stays: name a GeoPackage as LAYER_FILE.</source>
        <translation>用来合并交换包的图层须长期保存：请用 LAYER_FILE 指定 GeoPackage 文件。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>A name for who the packages are exchanged with, always the same: the journal remembers by it what both sides last agreed on.</source>
        <translation>交换对方的名称，须始终相同：交换日志据此记住双方上次一致的状态。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>A part of the building stands higher or lower than its ground storey; the ground print lacks up to {area} m², and storeys and floor area may be wrong.</source>
        <translation>建筑有一部分高于或低于首层；基底轮廓最多缺 {area} m²，层数和建筑面积可能不准。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>A test feature is made in {collection} of “{name}”, changed, and removed again. Has the platform's operator agreed?</source>
        <translation>将在“{name}”的 {collection} 中新增、修改并删除一个测试要素。平台管理员是否已同意？</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/maps/problemmap.py"/>
        <source>A3 landscape, 300 dpi.</source>
        <translation>A3 横幅，300 dpi。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/maps/problemmap.py"/>
        <source>A3 landscape.</source>
        <translation>A3 横幅。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Action</source>
        <translation>操作</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Add a collection</source>
        <translation>添加数据集</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Add a collection to name the field that holds your key, which sending needs, and to map fields whose names differ. Without that every collection can be fetched as it is.</source>
        <translation>添加数据集后，可指定唯一标识所在的字段（推送必需），并为名称不同的字段建立对应。不添加时，任何数据集都可以原样拉取。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Add a field</source>
        <translation>添加字段</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <source>Add the columns to the input's own file</source>
        <translation>把列写入输入文件本身</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Advanced</source>
        <translation>高级</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>After a change of {field} the test feature is there {n} times.</source>
        <translation>修改 {field} 之后，测试要素出现 {n} 次。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>All are kept; the verdict takes a reported value before one that was rolled up, then the first.</source>
        <translation>各来源的值全部保留；评价时上报值优先于汇总值，其次取排在最前的来源。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <source>All features as they are, with community_code, street_code, district_code, city_code, share, method, overlap_count. From GeoPackage to GeoPackage the file is copied with all that is in it, and the columns are added to the layer.</source>
        <translation>全部要素保持原样，另加 community_code、street_code、district_code、city_code、share、method、overlap_count 各列。由 GeoPackage 到 GeoPackage 时，整个文件连同其中全部内容一并复制，再把列加到该图层。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>All fields</source>
        <translation>全部字段</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>All model files in this folder and in the folders below it, besides the files above.</source>
        <translation>除上面的文件外，读取该文件夹及其下级文件夹中的全部模型文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <source>All sheets of {file} are empty; export the table again.</source>
        <translation>{file} 的所有工作表都是空的；请重新导出该表。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>All {count} storeys are placed at one height; their attribute Elevation is used.</source>
        <translation>{count} 个楼层的位置都在同一高度；改用其属性 Elevation。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>Allow an older package</source>
        <translation>允许导入较旧的交换包</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Allow large changes</source>
        <translation>允许大量改动</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Already the same on both sides</source>
        <translation>双方已一致</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Also list what is not open any more</source>
        <translation>同时列出已结束的冲突</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Ambiguous</source>
        <translation>歧义</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/groups.py"/>
        <source>Annual checkup</source>
        <translation>年度体检</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/read.py"/>
        <source>Another building of the file has the id {id}.</source>
        <translation>文件中另有一栋建筑的标识也是 {id}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/journal_files.py"/>
        <source>Another run is using the journal {file}; wait for its end.</source>
        <translation>另一次运行正在使用交换日志 {file}；请等它结束。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/georeferencereport.py"/>
        <source>Answers</source>
        <translation>结论</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Area (m²)</source>
        <translation>面积（平方米）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>Area of 3D data</source>
        <translation>三维数据面积的取法</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Area of the project</source>
        <translation>项目范围</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>Areas are measured in metres, but the unit layer has {crs}; reproject it to a projected CRS such as EPSG:4547.</source>
        <translation>面积以米为单位量算，但体检单元图层的坐标系是 {crs}；请投影到 EPSG:4547 等投影坐标系。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>As found</source>
        <translation>原文</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>As the table says</source>
        <translation>按表解决</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Asks a CIM platform what it has and does. Without a collection it signs in and lists the collections. With one it finds out how the platform pages, counts, orders its axes, finds features by key and, in a write test, what it alters, and keeps that with the connection, so that pull, push and sync work accordingly.</source>
        <translation>查明 CIM 平台有哪些数据、实际如何工作。不指定数据集时，登录并列出数据集。指定数据集时，查明平台如何分页、计数、排列坐标轴、按唯一标识查询；做写入测试时，还查明平台会改动什么。结果随连接保存，供拉取、推送和同步使用。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Assign features in parts</source>
        <translation>分片归属要素</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <source>Assign features to units</source>
        <translation>要素归属到体检单元</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Authentication</source>
        <translation>认证配置</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/groups.py"/>
        <source>BIM and city models</source>
        <translation>BIM 与城市模型</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Basis</source>
        <translation>依据</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Basis of the relations</source>
        <translation>关系的依据</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>Between the walls {area} m² have a floor at ground level and nothing above it; they are taken for a paved court.</source>
        <translation>墙体之间有 {area} m² 在地面处有楼板而上方没有构件，按铺装的院落处理。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Block</source>
        <translation>街区</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Both sides agree by now.</source>
        <translation>双方现已一致。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>Both sides have changed it.</source>
        <translation>双方都有改动。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>Both sides have features of one key, and the journal knows nothing of this layer: what was deleted on one side before comes back from the other. If there was an exchange before, use its journal.</source>
        <translation>双方有唯一标识相同的要素，而交换日志中没有这个图层：以前在一方删除的要素会从另一方带回。如果以前交换过，请使用当时的交换日志。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>Both sides have it, and differ, without having agreed before.</source>
        <translation>双方都有该要素但内容不同，此前也没有一致过。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/groups.py"/>
        <source>Boundaries and units</source>
        <translation>边界与体检单元</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Boundaries of the communities (社区), each with its code. The table unit of a checkup database may stand for all levels.</source>
        <translation>社区边界，每个社区带代码。体检数据库中的 unit 表可以代替全部层级的边界。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Boundaries of this level. Left out, they are merged from the level below by the unit codes.</source>
        <translation>本层级的边界。不给出时，按单元代码由下一层级合并而成。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/checkboundaries.py"/>
        <source>Boundary issues</source>
        <translation>边界问题</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/synclayer.py"/>
        <source>Brings a layer of a GeoPackage and a collection of a CIM platform to the same state. Edits of different fields of one feature are merged; where both sides have changed the same field the feature is a conflict and stays as it is on both sides until it is resolved. The status alone is written to the platform unless all fields are chosen. The run does its work at once: it neither overwrites nor, by default, deletes anything.</source>
        <translation>使 GeoPackage 的图层与 CIM 平台的数据集一致。同一要素不同字段的编辑自动合并；双方改动了同一字段时列为冲突，解决之前双方都保持原样。默认只向平台写状态，选择“全部字段”才写其他字段。运行即执行，不是预演：不覆盖，默认也不删除任何内容。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/checkboundaries.py"/>
        <source>Brings the unit codes into their normal form, finds the parent of each unit, repairs invalid polygons on a copy, and lists what is wrong: missing, malformed or doubled codes, units without a parent or in two, overlaps, gaps, and units that reach out of their parent.</source>
        <translation>规范单元代码，确定每个单元的上级，在副本上修复无效面，并列出所有问题：代码缺失、格式不对或重复，没有上级或落在两个上级中的单元，重叠，空隙，以及超出上级范围的单元。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Building number column</source>
        <translation>楼栋编号列</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Buildings</source>
        <translation>建筑</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>Buildings and footprints are compared in metres, but the building layer has {crs}; reproject it to a projected CRS such as EPSG:4547.</source>
        <translation>建筑与轮廓以米为单位比较，但建筑图层的坐标系是 {crs}；请投影到 EPSG:4547 等投影坐标系。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <source>Buildings or any other features. Polygons are compared by area, lines by length, points by containment. A whole layer of a GeoPackage in the CRS of the communities is done many times faster than others.</source>
        <translation>建筑或其他任何要素。面按面积、线按长度、点按所在位置比较。与社区坐标系相同的 GeoPackage 整层比其他输入快许多倍。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Buildings that no model describes, with the reason.</source>
        <translation>没有任何模型对应的建筑，注明原因。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Buildings whose place nothing says, in the model's own metres and without a CRS, and buildings without any polygon. They need control points or a CRS.</source>
        <translation>没有任何信息说明位置的建筑，使用模型自身的米制坐标，没有坐标系；以及没有任何多边形的建筑。前者需要控制点或坐标系。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Buildings with a footprint</source>
        <translation>有轮廓的建筑</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Buildings with problems per 100</source>
        <translation>每百栋问题建筑数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Buildings without a footprint</source>
        <translation>没有轮廓的建筑</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>Built-up area</source>
        <translation>建成区</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>CIM 3D data coverage</source>
        <translation>CIM 三维数据覆盖率</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>CONNECTION takes the name of a stored connection or the path of a connection's file, not an address; store the address as a connection first.</source>
        <translation>CONNECTION 应为已保存的连接的名称或连接文件的路径，不能是地址；请先把该地址保存为连接。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>CRS</source>
        <translation>坐标系</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>CRS in which the platform exchanges geometry, for the two layers; empty: longitude and latitude where the numbers are degrees, else none.</source>
        <translation>平台交换几何所用的坐标系，用于两个输出图层；留空时，数值为度则按经纬度，否则不设坐标系。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>CRS of models that name none</source>
        <translation>未注明坐标系的模型所用坐标系</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>CRS of the footprints</source>
        <translation>轮廓的坐标系</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>CRS of the geometry</source>
        <translation>几何的坐标系</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>CRS of the output layer; empty: that of the database, else the one that most of the buildings came in.</source>
        <translation>输出图层的坐标系；留空则用数据库的坐标系，没有数据库时用多数建筑原有的坐标系。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>CSV or XLSX files with indicator values, all sheets; the layout and the encoding are recognised.</source>
        <translation>含指标值的 CSV 或 XLSX 文件，读取全部工作表；版式和编码自动识别。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>CSV or XLSX with the units that were surveyed in the year; without it no unit counts as free of problems.</source>
        <translation>写明本年度哪些单元纳入体检的 CSV 或 XLSX 文件；没有它，任何单元都不能算作没有问题。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Cause</source>
        <translation>原因</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <source>Cell {cell} in {file} [{sheet}] holds a formula without a stored result; open the file in a spreadsheet program and save it again.</source>
        <translation>{file} [{sheet}] 的单元格 {cell} 是没有保存结果的公式；请用电子表格软件打开该文件，再保存一次。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/importvalues.py"/>
        <source>Cells that were not read</source>
        <translation>没有读取的单元格</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Certificates (*.pem *.crt *.cer);;All files (*)</source>
        <translation>证书 (*.pem *.crt *.cer);;所有文件 (*)</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Change one field in more than half of the features, or empty it in more than a tenth. Off, such changes are withheld: a changed field, code list or platform looks like this more often than edits do.</source>
        <translation>允许一个字段在超过一半的要素中改变，或在超过十分之一的要素中被清空。关闭时，这类改动按规则不执行：它们多半来自字段、代码表或平台的变化，而不是编辑。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Changed here</source>
        <translation>在本地修改</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Changed on the platform</source>
        <translation>在平台修改</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/checkboundaries.py"/>
        <source>Check boundaries</source>
        <translation>检查边界</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>Checks an exchange package and merges one of its collections into a layer of a GeoPackage: what the other side has changed is taken over, edits that were made here stay, and what both sides have changed is a conflict. A package that is older than the last one of the same partner, or was imported already, is refused.</source>
        <translation>检查交换包，并把其中一个数据集合并到 GeoPackage 的图层：对方的改动带入本地，本地的编辑保留，双方都改动的列为冲突。比同一对方上一个交换包更旧、或已经导入过的交换包不予导入。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <location filename="../processing_algorithms/maps/problemmap.py"/>
        <source>Checkup database</source>
        <translation>体检数据库</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Checkup year</source>
        <translation>体检年度</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Chosen</source>
        <translation>选择</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>City</source>
        <translation>市</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>City name</source>
        <translation>城市名称</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <source>CityCheck asks for fewer at a time</source>
        <translation>CityCheck 减少每次查询的数量</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>CityCheck compares contents, never times; correct the clock that is wrong all the same</source>
        <translation>CityCheck 只比较内容，不比较时间；但仍应校正不准的时钟</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>CityCheck copes with it</source>
        <translation>CityCheck 可应对</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/unread.py"/>
        <source>CityCheck could not read the file ({error}); please report this with the file.</source>
        <translation>CityCheck 未能读取该文件（{error}）；请连同文件一起报告。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>CityCheck counts what it reads</source>
        <translation>以实际读取的数目为准</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>CityCheck looks after each write what was really done</source>
        <translation>CityCheck 在每次写入后核实实际结果</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>CityCheck looks after each write what was stored</source>
        <translation>CityCheck 在每次写入后查看实际存入的内容</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>CityCheck looks whether a feature is gone, whatever the answer says</source>
        <translation>无论如何应答，CityCheck 都会查看要素是否已删除</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>CityCheck now turns them round in reading</source>
        <translation>今后读取时由 CityCheck 对调</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>CityCheck now turns them round in writing</source>
        <translation>今后写入时由 CityCheck 对调</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>CityCheck reads again just before each write; an edit in the moment between is seen afterwards</source>
        <translation>CityCheck 在每次写入前重新读取；读取与写入之间发生的编辑，写入后才能发现</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>CityCheck reads each batch again and sees what was done</source>
        <translation>CityCheck 重新读取每个批次，查明已执行的部分</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <source>CityCheck reads the whole collection before each batch of writes instead; this is slow for large ones</source>
        <translation>改为每批写入前读取整个数据集；数据量大时很慢</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>CityCheck sends it again in halves, down to the one that does not fit</source>
        <translation>CityCheck 对半拆分后重发，直到找出不合要求的一项</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/cityjson.py"/>
        <source>CityJSON version {version} is not one of {versions}; it was read like the last of them.</source>
        <translation>CityJSON 版本 {version} 不在 {versions} 之列；已按其中最后一个版本读取。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Code</source>
        <translation>代码</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Code column</source>
        <translation>代码列</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Code lists</source>
        <translation>代码表</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Collection</source>
        <translation>数据集</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>Collection of the package; empty where it has only one.</source>
        <translation>交换包中的数据集；只有一个时可留空。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs.py"/>
        <source>Collection {collection} changes faster than it can be read in two formats; run again, or set the option format of the connection to one of them.</source>
        <translation>数据集 {collection} 变化太快，来不及用两种格式读取；请重新运行，或把连接的 format 选项设为其中一种格式。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi.py"/>
        <location filename="../citycheck_qgis/cim/adapters/wfs.py"/>
        <source>Collection {collection} has no field {field} for the key; it has {fields}. Name another one in the connection, or have the field added on the platform.</source>
        <translation>数据集 {collection} 没有用作唯一标识的字段 {field}；现有字段：{fields}。请在连接中改用其他字段，或请平台管理员增加该字段。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Collection {collection} is listed twice; remove one.</source>
        <translation>数据集 {collection} 重复列出；请移除一个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs.py"/>
        <source>Collection {collection} is not offered as {format}.</source>
        <translation>数据集 {collection} 不提供 {format} 格式。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_description.py"/>
        <location filename="../citycheck_qgis/cim/adapters/wfs.py"/>
        <source>Collection {collection} is not offered in the CRS {crs}; it has {offered}.</source>
        <translation>数据集 {collection} 不提供坐标系 {crs}；可用的有 {offered}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/house.py"/>
        <source>Collection {name} did not answer as it should: {reason}; run again.</source>
        <translation>数据集 {name} 的应答不符合要求：{reason}；请重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>Collection {name} of {url} must be named as data source and dataset with a colon, as in City:Problem_R.</source>
        <translation>{url} 的数据集 {name} 必须写成数据源名、英文冒号、数据集名，例如 City:Problem_R。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/house_geometry.py"/>
        <source>Collection {name}, row {id}: the geometry cannot be read as {form} ({reason}); correct the description of the geometry in the options of the connection.</source>
        <translation>数据集 {name} 的行 {id}：几何无法按 {form} 读取（{reason}）；请改正连接选项中对几何的描述。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Collections</source>
        <translation>数据集</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Column of the building code that models carry; empty: found by its usual names.</source>
        <translation>模型所带楼栋编码所在的列；留空则按常见列名查找。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Column of the building numbers; empty: found by its usual names.</source>
        <translation>楼栋编号所在的列；留空则按常见列名查找。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Column of the layer that holds the key by which a feature is known on both sides; empty: the column that is named as the platform's, else for a table of a checkup (problem, advice, project, ...) a UUID made of the table's own key columns.</source>
        <translation>图层中存放唯一标识的列，双方据此认定同一要素；留空则用与平台唯一标识字段同名的列，没有该列时，体检数据表（problem、advice、project 等）用由表的主键列生成的 UUID。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Column of the models' global ids in the building layer; empty: found by its usual names.</source>
        <translation>建筑图层中模型全局标识所在的列；留空则按常见列名查找。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Column of the unit codes; empty: found by its usual names.</source>
        <translation>单元代码所在的列；留空则按常见列名查找。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Column of the unit names; empty: found by its usual names.</source>
        <translation>单元名称所在的列；留空则按常见列名查找。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Column with the code or name of the unit above; empty: found by its usual names, else the code's own digits, else the place decide.</source>
        <translation>写有上级单元代码或名称的列；留空则按常见列名查找，找不到时依次由代码本身的位数、空间位置判定。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Communities</source>
        <translation>社区</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Communities by state</source>
        <translation>各状态的社区数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Communities with the most objects</source>
        <translation>问题对象最多的社区</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>Community</source>
        <translation>社区</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Compared with {year}</source>
        <translation>与 {year} 年对比</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>Compares values with the standards of their indicators, puts a building or a unit to each surveyed problem, and counts distinct objects with problems per unit and dimension. Only surveyed units can be without problems.</source>
        <translation>把体检值与指标的评价标准相比较，为每个调查问题找到所在的建筑或单元，并按单元和维度统计问题对象（同一对象只计一次）。只有纳入体检的单元才谈得上没有问题。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>Computes the national indicator of 3D data coverage of the CIM platform: the projected area of 3D data in the built-up area as a share of the built-up area, for the city and its districts. The values go to a table and to the checkup database.</source>
        <translation>计算国家指标“CIM 平台三维数据覆盖率”：建成区内三维数据的投影面积占建成区面积的比例，按市和各区计算。结果写入指标值表和体检数据库。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Conflict</source>
        <translation>冲突</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Conflict {number}: {key}</source>
        <translation>冲突 {number}：{key}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Conflicts</source>
        <translation>冲突</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Conflicts resolved: {resolved}, open: {open}.</source>
        <translation>已解决的冲突：{resolved} 个，未解决：{open} 个。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Connection</source>
        <translation>连接</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Connection to {name}</source>
        <translation>连接：{name}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/opening.py"/>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <source>Connection {connection} names the protocol {protocol}; it must be one of {known}.</source>
        <translation>连接“{connection}”写的协议是 {protocol}；只能是 {known} 之一。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <source>Connection {connection} would have the file {file} of another connection; choose another name.</source>
        <translation>连接“{connection}”会占用另一个连接的文件 {file}；请换一个名称。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Connections (*.json)</source>
        <translation>连接 (*.json)</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <location filename="../citycheck_qgis/gui/plugin.py"/>
        <source>Connections to CIM platforms</source>
        <translation>CIM 平台连接</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Conservation of rows</source>
        <translation>行数对账</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>Control point {number} stays {metres:.2f} m off its place; check it.</source>
        <translation>控制点 {number} 与其位置相差 {metres:.2f} 米；请核对。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>Control points</source>
        <translation>控制点</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/resolve.py"/>
        <source>Control points need a CRS projected in metres, such as EPSG:4547; give the one of their map coordinates.</source>
        <translation>控制点需要以米为单位的投影坐标系，例如 EPSG:4547；请给出其地图坐标的坐标系。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>Counts per unit of every level, and its state.</source>
        <translation>各层级每个单元的计数及其状态。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>Coverage</source>
        <translation>覆盖率</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>Coverage of the city (%)</source>
        <translation>全市覆盖率（%）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Data date</source>
        <translation>数据截止</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>Dataset {name} answered without features; run again.</source>
        <translation>数据集 {name} 的应答中没有要素部分；请重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>Dataset {name} does not say its coordinate reference system; set the CRS of the collection in the connection.</source>
        <translation>数据集 {name} 没有说明坐标系；请在连接中设置该数据集的坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>Dataset {name} does not say whether it wrote; run again.</source>
        <translation>数据集 {name} 没有说明是否已写入；请重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>Dataset {name} gave a page that does not follow the one before; run again, and probe the platform if it happens again.</source>
        <translation>数据集 {name} 返回的一页与上一页不衔接；请重新运行，若再次出现请探测平台。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>Dataset {name} gave fewer features than were asked for; run again.</source>
        <translation>数据集 {name} 返回的要素少于所请求的；请重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>Dataset {name} has no field {field} for the key; its fields are {fields}. Correct the key field of the connection.</source>
        <translation>数据集 {name} 没有用作唯一标识的字段 {field}；现有字段：{fields}。请在连接中改正唯一标识字段。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>Dataset {name} is of type {kind}, which cannot be exchanged; point, line, region and table datasets can.</source>
        <translation>数据集 {name} 的类型是 {kind}，不能交换；可交换的是点、线、面和属性表数据集。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>Dataset {name} refused a batch, and what it did of it could not be found out: {reason}</source>
        <translation>数据集 {name} 拒绝了一个批次，且无法查明其中哪些已执行：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Date of issue</source>
        <translation>编制日期</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>Date of the models, such as 2024-12-31.</source>
        <translation>模型的日期，例如 2024-12-31。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Deleted</source>
        <translation>已删除</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Deleted features in the package</source>
        <translation>交换包中的已删除要素数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Deleted here</source>
        <translation>在本地删除</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Deleted on the platform</source>
        <translation>在平台删除</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>Diagnose problems</source>
        <translation>诊断问题</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Differences by feature</source>
        <translation>逐要素的差异</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Differences made by the platform</source>
        <translation>平台造成的差异</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Dimension</source>
        <translation>维度</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>District</source>
        <translation>区</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Districts</source>
        <translation>区</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Does what assignunits does for layers of many millions of features: part by part, on this machine or on a dask cluster. The result is a folder of GeoParquet files. Run again with the same output folder, only the parts that are missing or were changed are done, with the same totals. Needs pyarrow, and dask for more than one process.</source>
        <translation>对数千万要素的图层做与 assignunits 相同的工作：在本机或 dask 集群上逐片进行，结果为一个 GeoParquet 文件夹。用同一输出文件夹再次运行时，只做缺失或有变动的分片，合计不变。需要 pyarrow；多进程还需要 dask。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/maps/problemmap.py"/>
        <source>Draw the problem distribution map</source>
        <translation>绘制问题分布图</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Drawing number</source>
        <translation>图号</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/maps/problemmap.py"/>
        <source>Draws the A3 sheet of a year from a checkup database and keeps it as an editable QGIS project. Where the project exists, its styles, labels and layout stay as they were changed; the data beneath them are replaced.</source>
        <translation>由体检数据库绘制某一年度的 A3 图幅，并存为可编辑的 QGIS 工程。工程已存在时，其中改过的样式、标注和版面原样保留，只替换下面的数据。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Duplicate…</source>
        <translation>复制…</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/importvalues.py"/>
        <source>Each with its place and the reason.</source>
        <translation>逐个列出位置和原因。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>Each with the reason.</source>
        <translation>逐个注明原因。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Edit…</source>
        <translation>编辑…</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Empty: for internal use (内部使用).</source>
        <translation>留空则为“内部使用”。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <location filename="../processing_algorithms/exchange/pulllayer.py"/>
        <source>Empty: the name of the collection.</source>
        <translation>留空则用数据集的名称。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Estate and community</source>
        <translation>小区（社区）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Every row that came in is counted once: in = matched + ambiguous + unmatched + outside.</source>
        <translation>读入的每一行只计一次：输入 = 匹配 + 歧义 + 未匹配 + 范围外。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Everybody on the way to the platform can read the credentials. Allow this in a closed network of your own alone, and ask for an https address.</source>
        <translation>传输途中的任何人都能读到凭据。只应在自有的封闭网络中允许，并请平台提供 https 地址。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/georeferencereport.py"/>
        <source>Evidence</source>
        <translation>位置信息</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>Examine</source>
        <translation>探测</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>Examining {collection} of “{name}” …</source>
        <translation>正在探测“{name}”的 {collection}…</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Exchange packages (*.zip)</source>
        <translation>交换包 (*.zip)</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/groups.py"/>
        <source>Exchange with CIM platforms</source>
        <translation>与 CIM 平台交换</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Exchanged</source>
        <translation>交换</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Export exchange package</source>
        <translation>导出交换包</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Export the connection</source>
        <translation>导出连接</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Exported to {file}; it holds no sign-in.</source>
        <translation>已导出到 {file}；其中不含登录信息。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>Extents of other 3D data</source>
        <translation>其他三维数据的范围</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/read.py"/>
        <source>Faces in a CRS that cannot be used were left out.</source>
        <translation>坐标系无法使用的面已略去。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Fails the standard</source>
        <translation>不达标</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Faults</source>
        <translation>问题数</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi.py"/>
        <source>Feature {feature} of collection {collection} cannot be read: {reason}.</source>
        <translation>无法读取数据集 {collection} 的要素 {feature}：{reason}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/base.py"/>
        <source>Feature {feature} of collection {collection}: {reason}</source>
        <translation>数据集 {collection} 的要素 {feature}：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Features</source>
        <translation>要素</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Features here</source>
        <translation>本地要素数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Features here: {local}, in the package of the partner: {remote}.</source>
        <translation>要素数：本地 {local} 个，对方的交换包 {remote} 个。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Features here: {local}, read on the platform: {remote}.</source>
        <translation>要素数：本地 {local} 个，从平台读取 {remote} 个。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Features in several communities</source>
        <translation>跨社区的要素数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Features in the package</source>
        <translation>交换包中的要素数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Features left out</source>
        <translation>未纳入的要素</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Features left out: {n}; see the table.</source>
        <translation>未纳入的要素：{n} 个；见表。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Features per part</source>
        <translation>每片要素数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Features read on the platform</source>
        <translation>从平台读取的要素数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Features that the package cannot hold or that have no key, with the reason.</source>
        <translation>交换包不能容纳或没有唯一标识的要素，注明原因。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <source>Features with units</source>
        <translation>带体检单元的要素</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Features without a change: {n}.</source>
        <translation>无变化的要素：{n} 个。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <source>Features without a unit</source>
        <translation>没有归属的要素</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Features without a unit, and ties</source>
        <translation>没有归属的要素和并列的要素</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/pulllayer.py"/>
        <source>Fetches a collection of a CIM platform into a layer of a GeoPackage. The first run makes the layer, in the CRS in which the platform gives it; later runs merge: what has changed there is taken over, edits that were made here stay, and what both sides have changed is a conflict. What was deleted there is deleted here only up to the ceiling, and never after a reading that was cut short.</source>
        <translation>把 CIM 平台的一个数据集取回到 GeoPackage 的图层。首次运行按平台提供的坐标系建立图层；以后运行时合并：平台的改动带入本地，本地的编辑保留，双方都改动的列为冲突。平台已删除的要素，只在删除上限之内从本地删除；没有读完时从不删除。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Field</source>
        <translation>字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Field here</source>
        <translation>本地字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Field of the platform</source>
        <translation>平台字段</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Field {field} is of type {type} here and of type {other} in the package; it is not exchanged.</source>
        <translation>字段 {field} 在本地是{type}类型，在交换包中是{other}类型；不交换。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Field {field} is of type {type} here and of type {other} in the package; values that do not fit are rejected.</source>
        <translation>字段 {field} 在本地是{type}类型，在交换包中是{other}类型；不相符的值被拒绝。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>Field {field} is of type {type} here and of type {other} on the platform; it is not exchanged.</source>
        <translation>字段 {field} 在本地的类型是 {type}，在平台是 {other}；该字段不交换。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>Field {field} is of type {type} here and of type {other} on the platform; values that do not fit are rejected.</source>
        <translation>字段 {field} 在本地的类型是 {type}，在平台是 {other}；不相符的值被拒绝。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Field {field} of collection {collection} has no field here; enter one or remove the row.</source>
        <translation>数据集 {collection} 的字段 {field} 没有对应的本地字段；请填写或移除该行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Field {field} of collection {collection} is listed twice; remove one row.</source>
        <translation>数据集 {collection} 的字段 {field} 重复列出；请移除一行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>Field {name}</source>
        <translation>字段 {name}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Fields</source>
        <translation>字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Fields that are not listed keep their name.</source>
        <translation>未列出的字段名称不变。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Fields that are sent</source>
        <translation>发送的字段</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Fields that differ</source>
        <translation>不一致的字段</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Figures of the units</source>
        <translation>各单元统计数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Figures per unit</source>
        <translation>按单元统计</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>File of the common key</source>
        <translation>共用密钥文件</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>File that remembers what both sides agreed on, what was sent, and the conflicts; empty: beside the layer's file, with the ending {ending}. Keep it with the layer: without it both sides are compared afresh.</source>
        <translation>记录双方一致的状态、已发送的内容和冲突的文件；留空则放在图层文件旁，扩展名为 {ending}。请与图层一起保管：没有它，双方须从头比较。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>File with a key that both sides have and nobody else can read (mode 600). It signs the package, and an import with it takes no package that is not signed so. The key itself is never a parameter.</source>
        <translation>密钥文件，双方各持一份，他人不可读取（权限 600）。导出时用它签名；导入时给出它，则只接受用同一密钥签名的交换包。密钥本身从不作为参数。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Files read</source>
        <translation>已读取的文件数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/georeferencereport.py"/>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Files that could not be read</source>
        <translation>无法读取的文件数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Findings</source>
        <translation>探测结果</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>Finds out what the platform does with this collection, and keeps it with the connection.</source>
        <translation>查明平台如何处理该数据集，结果随连接保存。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Finds the building of each footprint of BIM and city models: by global id, by building code, by overlap. One model over several buildings and several models of one building stay as they are; each relation has a basis and a confidence between 0 and 1. What finds no partner, on either side, is a layer of its own with the reason.</source>
        <translation>为 BIM 与城市模型的每个轮廓找到对应的建筑：依次按全局标识、楼栋编码、重叠判定。一个模型对应多栋建筑、多个模型对应一栋建筑都原样保留；每条关系有依据和 0 到 1 的可信度。两边没有对应的对象各成一个图层，并注明原因。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Fine</source>
        <translation>正常</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>First part of the sheet's title.</source>
        <translation>图名的开头部分。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>Floors at ground level reach far beyond the building ({whole} m² with them, {roof} m² without); they are taken for paving.</source>
        <translation>首层地面远远超出建筑（计入时 {whole} 平方米，不计时 {roof} 平方米）；按室外铺地处理。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Folder of models</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Folder of parts</source>
        <translation>分片文件夹</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>Folder of results per file</source>
        <translation>各文件结果的文件夹</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Footprints</source>
        <translation>轮廓</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Footprints as ifcfootprints and citymodelfootprints write them; empty: those of the database.</source>
        <translation>由“IFC 建筑轮廓”（ifcfootprints）和“城市模型建筑轮廓”（citymodelfootprints）写出的轮廓；留空则用数据库中的轮廓。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>Footprints from IFC</source>
        <translation>IFC 建筑轮廓</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/citymodelfootprints.py"/>
        <source>Footprints from city models</source>
        <translation>城市模型建筑轮廓</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>Footprints of BIM and city models; of a building's two polygons the roofprint counts, the ground print where there is no other.</source>
        <translation>BIM 和城市模型的轮廓；一栋建筑的两个多边形中取屋顶轮廓，没有屋顶轮廓时取基底轮廓。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Footprints with buildings</source>
        <translation>带建筑的轮廓</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Footprints without a building</source>
        <translation>没有建筑的轮廓</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Footprints without a building or with several possible ones, with the reason.</source>
        <translation>没有对应建筑、或对应建筑不止一栋的轮廓，注明原因。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Footprints without a place</source>
        <translation>没有位置的轮廓</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Footprints; each is assigned to the community with the largest overlap.</source>
        <translation>建筑轮廓；每栋归入重叠面积最大的社区。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>For each field: its values here, and what the platform calls them.</source>
        <translation>每个字段：本地的值，以及平台上对应的代码。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>For models whose coordinates are map coordinates but which do not say in which CRS. Without it they have no known place.</source>
        <translation>用于坐标就是地图坐标、却未注明坐标系的模型。不给出时，这类模型的位置未知。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <source>For the base map; copied into the database.</source>
        <translation>用作底图；复制到数据库中。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Found {moment}.</source>
        <translation>发现于 {moment}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <source>From boundaries, buildings, value tables, sample and surveyed problems to the checkup database, the problem distribution map (PDF, PNG and an editable project) and a report. Run again with another year into the same folder, it adds that year and keeps what planners changed in the project. Nothing is written unless all of it could be made.</source>
        <translation>由边界、建筑、指标附表、样本名单和调查问题，得到体检数据库、问题分布图（PDF、PNG 和可编辑的工程）和报告。换一个年度再跑进同一个文件夹，该年度就加进数据库，工程中手工修改过的内容原样保留。要么全部完成，要么什么都不写。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <location filename="../processing_algorithms/exchange/pulllayer.py"/>
        <source>GeoPackage</source>
        <translation>GeoPackage 文件</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <location filename="../processing_algorithms/exchange/pulllayer.py"/>
        <source>GeoPackage files (*.gpkg)</source>
        <translation>GeoPackage 文件 (*.gpkg)</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/maps/problemmap.py"/>
        <source>GeoPackage that annualcheckup has made.</source>
        <translation>由“年度体检”（annualcheckup）生成的 GeoPackage。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>GeoPackage whose footprints get their building_id and confidence, and which gets the table footprint_building with all relations.</source>
        <translation>GeoPackage：其中的轮廓写入 building_id 和 confidence，并写入含全部关系的 footprint_building 表。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>GeoPackage whose table footprint gets the buildings; what came from the same files before is replaced. A new file is made where there is none.</source>
        <translation>GeoPackage：建筑写入其中的 footprint 表，同一文件以前的结果被替换；文件不存在时新建。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>GeoPackage whose table of values gets the coverage of the year.</source>
        <translation>GeoPackage：该年度的覆盖率写入其中的指标值表。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <location filename="../processing_algorithms/translate.py"/>
        <source>Geometry</source>
        <translation>几何</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Geometry of features without a unit</source>
        <translation>无归属要素的几何</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>GeometryCollection</source>
        <translation>几何集合</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/georeferencereport.py"/>
        <source>Georeferencing report of IFC</source>
        <translation>IFC 地理配准报告</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <source>Gets checkup.gpkg, checkup.qgz, annual-problem-map.pdf and .png, report.html and remainder.gpkg.</source>
        <translation>写入 checkup.gpkg、checkup.qgz、annual-problem-map.pdf 和 .png、report.html、remainder.gpkg。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Gets one GeoParquet file per part: all features as they are, with community_code, street_code, district_code, city_code, share, method, overlap_count. The folder _citycheck in it remembers what is done. All workers must see it under the same path.</source>
        <translation>每片写一个 GeoParquet 文件：要素保持原样，另加 community_code、street_code、district_code、city_code、share、method、overlap_count。其中的 _citycheck 文件夹记录已完成的内容。所有工作进程须能以同一路径访问该文件夹。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Give a layer as {parameter}, or a checkup database that has one.</source>
        <translation>请用 {parameter} 给出图层，或给出含有该图层的体检数据库。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Give either a layer's file (INPUT) or a folder of GeoParquet files (PARTS).</source>
        <translation>请给出图层文件（INPUT）或 GeoParquet 文件夹（PARTS）之一。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Give model files (FILES) or a folder of them (FOLDER).</source>
        <translation>请给出模型文件（FILES）或模型文件夹（FOLDER）。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/synclayer.py"/>
        <source>Give new features a key</source>
        <translation>为新要素生成唯一标识</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/synclayer.py"/>
        <source>Give rows whose key column is empty a new UUID before the exchange. Off, they are held back: a row that has lost its key would become a second feature.</source>
        <translation>交换前给唯一标识列为空的行生成新的 UUID。不勾选时这些行暂不处理，以免丢失了唯一标识的行变成第二个要素。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <source>Gives each building (or other feature) the community with the largest overlap, ties to the lowest code, and that community's street, district and city. Every feature is accounted for: in = matched + ambiguous + unmatched + outside; the ones without a community are written as a layer of their own.</source>
        <translation>为每栋建筑（或其他要素）找到重叠最大的社区（并列时取代码最小的），再带上该社区所属的街道、区和市。每个要素都有交代：输入 = 匹配 + 歧义 + 未匹配 + 范围外；没有归入任何社区的要素另写成一个图层。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Global id column</source>
        <translation>全局标识列</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Grade</source>
        <translation>等级</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <source>Green space</source>
        <translation>绿地</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Ground prints (m²)</source>
        <translation>基底轮廓（m²）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>HTML files (*.html)</source>
        <translation>HTML 文件 (*.html)</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>HTML page that says in words and tables what was done or found, and what is left to do.</source>
        <translation>HTML 页面，用文字和表格说明做了什么、发现了什么、还有什么待处理。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <source>HTML page with the conservation table and everything that was found.</source>
        <translation>HTML 页面，含对账表和所有发现。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Held back</source>
        <translation>暂不处理</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Held back: it has no key, or shares it with another one</source>
        <translation>暂不处理：没有唯一标识，或唯一标识与其他要素重复</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Housing</source>
        <translation>住房</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>How many features a part has when a layer's file is split.</source>
        <translation>拆分图层文件时每片的要素数。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>How many files are read at a time; empty: one per processor.</source>
        <translation>同时读取的文件数；留空则每个处理器一个。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>How the community was found</source>
        <translation>社区归属方式</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Id of an authentication configuration of QGIS; empty: the one that the connection names. Passwords and tokens are never parameters.</source>
        <translation>QGIS 认证配置的 ID；留空则用连接中指定的。密码和令牌从不作为参数。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>Ids separated by commas, such as M61-01,M61-15; empty: all that have a value at this level.</source>
        <translation>用逗号分隔的指标编号，例如 M61-01,M61-15；留空则取本层级有值的全部指标。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>If a colleague has a connection already, have it exported and press Import.</source>
        <translation>如果同事已有连接，可请其导出，再点击“导入”。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>Import a package that is older than the last one of this partner, or was imported already: what the partner has edited since goes back to its older state.</source>
        <translation>导入比该对方上一个更旧、或已经导入过的交换包：对方此后的改动会退回到旧的状态。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Import connections</source>
        <translation>导入连接</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>Import exchange package</source>
        <translation>导入交换包</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/importvalues.py"/>
        <source>Import indicator values</source>
        <translation>导入指标值</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>In conflict</source>
        <translation>冲突</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>In conflict: both sides have changed it; resolve it with resolveconflicts</source>
        <translation>冲突：双方都有改动；请用 resolveconflicts 解决</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>In the layer. When more would have to be deleted none is, and the result says which. Nothing is deleted for a package that does not hold all of the partner's features.</source>
        <translation>针对本地图层。需删除的超过上限时一个也不删，并在结果中列出。交换包不含对方全部要素时，从不因此删除任何要素。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>In {table}, cell {cell}, the value of {indicator} is {text!r}: {reason} ({count} such cells in all); correct the cell or empty it.</source>
        <translation>{table} 的单元格 {cell} 中，“{indicator}”的值是“{text}”：{reason}（这样的单元格共 {count} 个）；请改正或清空该单元格。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Indicator</source>
        <translation>指标</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Indicator system</source>
        <translation>指标体系</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/groups.py"/>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>Indicators</source>
        <translation>指标</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <source>Inputs</source>
        <translation>输入</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Instead of a layer's file: a folder of GeoParquet files, which other programs may have made. All workers must see it under the same path.</source>
        <translation>代替图层文件：GeoParquet 文件夹，可由其他程序生成。所有工作进程须能以同一路径访问。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <source>Instead of writing the features into another file. The layer must be a whole layer of a GeoPackage that is not open in the project.</source>
        <translation>不另写文件。该图层须为未在工程中打开的 GeoPackage 的整个图层。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Issue</source>
        <translation>问题类型</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/checkboundaries.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Issues</source>
        <translation>边界问题</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/faults.py"/>
        <source>It cannot be read from the platform ({reason}); have it repaired there.</source>
        <translation>无法从平台读取（{reason}）；请让平台修复。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>It changed on the platform meanwhile; the next run goes on.</source>
        <translation>其间平台上有变化；下次运行继续处理。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>It has been resolved.</source>
        <translation>已解决。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>It has changed on the platform; a pull or a sync brings it.</source>
        <translation>平台上已有改动；拉取或同步会带入本地。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>It has no key in the package.</source>
        <translation>它在交换包中没有唯一标识。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>It has no key on the platform.</source>
        <translation>该要素在平台上没有唯一标识。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>It holds again what it held before the partner's value was taken over: an older file may have come back.</source>
        <translation>它的值又变回带入对方的值之前的样子：可能换回了较旧的文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>It holds again what it held before the platform's value was taken over: an older file may have come back.</source>
        <translation>它的值又变回带入平台的值之前的样子：可能换回了较旧的文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>It is a second copy that we have made ourselves.</source>
        <translation>这是我们自己造成的第二份。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>It is in the layer, beyond its filter or selection.</source>
        <translation>它在图层中，但不在筛选或选择范围内。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>It is not signed: its checksums only show that nothing was damaged on the way.</source>
        <translation>交换包没有签名：校验值只能说明传输途中没有损坏。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>It is only pulled; a push or a sync sends it.</source>
        <translation>本次只拉取；推送或同步时才会发送。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>It is signed, and the signature was not checked: give the common key as SIGN_KEY.</source>
        <translation>交换包带签名，但没有核对：请用 SIGN_KEY 给出共用密钥。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>It shows no feature of this key.</source>
        <translation>平台没有显示使用这一唯一标识的要素。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>It was changed here and deleted by the partner.</source>
        <translation>本地有改动，对方已删除。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>It was changed here and deleted on the platform.</source>
        <translation>本地有改动，平台已删除。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>It was deleted here and changed by the partner.</source>
        <translation>本地已删除，对方有改动。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>It was deleted here and changed on the platform.</source>
        <translation>本地已删除，平台有改动。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>It was deleted on the platform; a pull or a sync takes that over.</source>
        <translation>平台上已删除；拉取或同步会带入本地。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/store.py"/>
        <source>It was sent again.</source>
        <translation>已重新发送。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local_edits.py"/>
        <source>Its geometry cannot be read.</source>
        <translation>其几何无法读取。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local.py"/>
        <source>Its geometry cannot be read; draw it anew.</source>
        <translation>其几何无法读取；请重新绘制。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local.py"/>
        <source>Its geometry has no place in the CRS of the exchange; check the layer's CRS.</source>
        <translation>其几何无法用交换用的坐标系表示；请检查图层坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local_edits.py"/>
        <source>Its geometry has no place in the CRS of the layer.</source>
        <translation>其几何无法用图层的坐标系表示。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/geometries.py"/>
        <source>Its geometry is a {found} and does not fit a layer of {wanted}.</source>
        <translation>其几何是 {found}，与 {wanted} 图层不符。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local_edits.py"/>
        <source>Its key does not follow from {fields}.</source>
        <translation>其唯一标识与由 {fields} 得出的不一致。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>Its signature is that of the common key.</source>
        <translation>签名与共用密钥一致。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>JSON interface of the house</source>
        <translation>自建平台的 JSON 接口</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Join</source>
        <translation>匹配对象</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>Join indicators to boundaries</source>
        <translation>把指标连接到边界</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Journal</source>
        <translation>交换日志</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Journals (*.db)</source>
        <translation>交换日志 (*.db)</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Keep what was found with the connection</source>
        <translation>结果随连接保存</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>Keeps what was read from each file, so that a second run reads new and changed files only.</source>
        <translation>保存从每个文件读到的内容，再次运行时只读新增和改动的文件。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Key</source>
        <translation>唯一标识</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Key column</source>
        <translation>唯一标识列</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Key field</source>
        <translation>唯一标识字段</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Kind of the relations</source>
        <translation>关系的类型</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Language of the sheet</source>
        <translation>图幅语言</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Largest answer</source>
        <translation>应答大小上限</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Largest share without a building (%)</source>
        <translation>无对应建筑比例上限（%）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Largest share without a unit (%)</source>
        <translation>无归属比例上限（%）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Last agreed</source>
        <translation>上次一致</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <location filename="../processing_algorithms/exchange/pushlayer.py"/>
        <location filename="../processing_algorithms/exchange/synclayer.py"/>
        <source>Layer</source>
        <translation>图层</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <location filename="../processing_algorithms/exchange/pulllayer.py"/>
        <source>Layer name</source>
        <translation>图层名称</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_inputs.py"/>
        <source>Layer {layer}, collection {collection} ({title}) of a package of {partner}.</source>
        <translation>图层 {layer}；{partner} 的交换包中的数据集 {collection}（{title}）。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_inputs.py"/>
        <source>Layer {layer}, collection {collection} ({title}) of {platform}.</source>
        <translation>图层 {layer}；{platform} 的数据集 {collection}（{title}）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis.py"/>
        <source>Layer {name} answered without features; run again.</source>
        <translation>图层 {name} 的应答中没有要素部分；请重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis_dialect.py"/>
        <source>Layer {name} did not answer as a feature service; run again.</source>
        <translation>图层 {name} 的应答不是要素服务的格式；请重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis.py"/>
        <source>Layer {name} gave a page that does not follow the one before; run again, and probe the platform if it happens again.</source>
        <translation>图层 {name} 返回的一页与上一页不衔接；请重新运行，若再次出现请探测平台。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis.py"/>
        <source>Layer {name} gave fewer features than were asked for; run again.</source>
        <translation>图层 {name} 返回的要素少于所请求的；请重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis.py"/>
        <source>Layer {name} has no field {field} for the key; its fields are {fields}. Correct the key field of the connection.</source>
        <translation>图层 {name} 没有用作唯一标识的字段 {field}；现有字段：{fields}。请在连接中改正唯一标识字段。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis.py"/>
        <source>Layer {name} of {url} has no fields that can be exchanged; give the number of a feature layer.</source>
        <translation>{url} 的图层 {name} 没有可交换的字段；请给出要素图层的编号。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis_dialect.py"/>
        <source>Layer {name} reports an error of the platform: {reason}; run again.</source>
        <translation>图层 {name} 报告平台出错：{reason}；请重新运行。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Layer's file</source>
        <translation>图层文件</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Layers and tables, each of which becomes a collection of the package.</source>
        <translation>图层和属性表，每个成为交换包中的一个数据集。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Layers or tables with an indicator per row; located by building number, place, or unit name.</source>
        <translation>图层或表格，每行写明一项指标；依次按楼栋编号、位置、单元名称定位。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Left as it is</source>
        <translation>保持原样</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>Level</source>
        <translation>层级</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/citymodelfootprints.py"/>
        <source>Level of detail</source>
        <translation>细节层次</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>Level of the units that are returned.</source>
        <translation>要输出的单元的层级。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>LineString</source>
        <translation>线</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>List</source>
        <translation>清单</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>List only</source>
        <translation>只列出</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/georeferencereport.py"/>
        <source>Lists for each IFC file all that it says about its place, by LoGeoRef level: map conversion, property sets, site placement, context, latitude and longitude. Says what was used, what was corrected and what was rejected and why, and where the model lies in the end. Reads no shapes, so that a thousand files take seconds.</source>
        <translation>按 LoGeoRef 等级列出每个 IFC 文件中关于位置的全部信息：地图转换、属性集、场地位置、上下文、经纬度。说明采用了什么、更正了什么、拒绝了什么及其原因，以及模型最终落在何处。不生成形体，上千个文件也只需数秒。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Lists the open conflicts of a journal, field by field with the last agreement, ours and theirs, and resolves them: all for one side, or as a table says. Nothing is written to the layer or the platform: the next push, pull or sync does that by its own rules. Both sides of a conflict stay in the journal, the one that lost as well.</source>
        <translation>逐字段列出交换日志中未解决的冲突，并列上次一致的状态、本地和平台的内容；可全部取同一方，或按表解决。不写入图层，也不写入平台：由下次推送、拉取或同步按各自的规则完成。冲突双方的内容都保留在交换日志中，未被采用的一方也不例外。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Looked at</source>
        <translation>探测项目</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Make a test feature called CityCheck probe on the platform, change it and remove it again; ask the platform's operator before.</source>
        <translation>在平台上新增一个名为 CityCheck probe 的测试要素，修改后再删除；请事先征得平台管理员同意。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <source>Map</source>
        <translation>地图</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/maps/problemmap.py"/>
        <source>Map as PDF</source>
        <translation>PDF 地图</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/maps/problemmap.py"/>
        <source>Map as PNG</source>
        <translation>PNG 地图</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Map review number</source>
        <translation>审图号</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/groups.py"/>
        <source>Maps</source>
        <translation>制图</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Match footprints with buildings</source>
        <translation>轮廓与建筑匹配</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Matched</source>
        <translation>匹配</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Meets the standard</source>
        <translation>达标</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>Memory limit per file (MB)</source>
        <translation>每个文件的内存上限（MB）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Method</source>
        <translation>归属方式</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Model files</source>
        <translation>模型文件</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/georeferencereport.py"/>
        <source>Models placed by latitude and longitude only</source>
        <translation>仅凭经纬度定位的模型数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/georeferencereport.py"/>
        <source>Models without a known place</source>
        <translation>位置未知的模型数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>More conflicts</source>
        <translation>其余冲突</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>More in the table: {n}.</source>
        <translation>表中还有 {n} 个。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>More reasons in the result by feature: {n}.</source>
        <translation>逐要素结果中还有 {n} 种原因。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Most features that may be deleted</source>
        <translation>删除上限（要素数）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>MultiLineString</source>
        <translation>多线</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>MultiPoint</source>
        <translation>多点</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>MultiPolygon</source>
        <translation>多面</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Name column</source>
        <translation>名称列</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Name of a built-in edition or path of your own CSV file in the same form; empty: the 61 national indicators.</source>
        <translation>内置版本的名称，或同样格式的自有 CSV 文件的路径；留空则用 61 项国家基础指标。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Name of a stored connection, or the path of a connection's file (JSON). It holds the address and the mapping of the fields, and never a password or token.</source>
        <translation>已保存的连接的名称，或连接文件（JSON）的路径。连接中有地址和字段映射，从不含密码或令牌。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Name of the layer, where the file has several.</source>
        <translation>文件含多个图层时的图层名。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>Names are written as raw {encoding}, which IFC does not allow; they were read as {encoding}.</source>
        <translation>名称直接以 {encoding} 写入，IFC 不允许这样写；已按 {encoding} 读取。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>New</source>
        <translation>新增</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>New connection</source>
        <translation>新建连接</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>New here</source>
        <translation>在本地新增</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>New on the platform</source>
        <translation>在平台新增</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>New…</source>
        <translation>新建…</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/processes.py"/>
        <source>No Python {version} program was found to start processes with; install it, or use a QGIS that brings it.</source>
        <translation>没有找到用来启动进程的 Python {version} 程序；请安装，或使用自带该程序的 QGIS。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>No connection is selected; select one in the list.</source>
        <translation>没有选中连接；请在列表中选择。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <source>No connection was named; choose one, or the path of a connection's file.</source>
        <translation>没有指定连接；请选择一个，或给出连接文件的路径。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>No coordinate reference system is named.</source>
        <translation>没有注明坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/schedulers.py"/>
        <source>No dask scheduler answers at {address}; start one ('dask scheduler'), or correct the address, such as tcp://host:8786.</source>
        <translation>{address} 没有 dask 调度器应答；请启动调度器（dask scheduler），或更正地址，例如 tcp://host:8786。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>No data</source>
        <translation>无数据</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/fonts.py"/>
        <source>No installed font has the characters '{characters}' (looked in {families} and all others): {remedy}.</source>
        <translation>所有已安装的字体都没有字符“{characters}”（已查找 {families} 及其他全部字体）：{remedy}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>No model has a known place, so that the database {file} was not made; give control points or a CRS.</source>
        <translation>没有一个模型的位置是已知的，因此没有建立数据库 {file}；请给出控制点或坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>No platform is connected yet.</source>
        <translation>尚未连接任何平台。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>No standard</source>
        <translation>无标准</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/sample.py"/>
        <source>No table of units was found in {file}: looked for headers such as 社区代码, 社区名称, 街道名称, 代码, 名称 in the first 30 rows of every sheet.</source>
        <translation>{file} 中没有找到单元表：已在每个工作表的前 30 行中查找“社区代码”“社区名称”“街道名称”“代码”“名称”等表头。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>No table of values was found in {file}: looked in the first 30 rows of every sheet for headers such as 社区代码, 社区名称, 街道名称, 指标项, 体检值 and for the indicators' names.</source>
        <translation>{file} 中没有找到指标值表：已在每个工作表的前 30 行中查找“社区代码”“社区名称”“街道名称”“指标项”“体检值”等表头以及指标名称。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>No usable answer came from {address}: {reason}; run again when the platform can be reached.</source>
        <translation>{address} 没有给出可用的应答：{reason}；请在平台可以访问时重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>No value table was given; name at least one CSV or XLSX file.</source>
        <translation>没有给出指标附表；请至少指定一个 CSV 或 XLSX 文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/fonts.py"/>
        <source>None of the fonts that the map may use is installed ({families}, ...): {remedy}, or add an installed family to styles/fonts.json.</source>
        <translation>制图可用的字体（{families} 等）一个也没有安装：{remedy}，或者在 styles/fonts.json 中加入一个已安装的字体。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Not assessed</source>
        <translation>未评价</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Not surveyed</source>
        <translation>未体检</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Notes</source>
        <translation>说明</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>Nothing is deleted after a reading that may have missed features.</source>
        <translation>读取可能有遗漏，因此不删除任何要素。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Nothing is done with these features before they are resolved with resolveconflicts; both sides are kept.</source>
        <translation>用 resolveconflicts 解决之前，不处理这些要素；双方的内容都保留。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_inputs.py"/>
        <source>Nothing on the platform is known to hold the key of a feature of collection {collection}, so none can be sent; name the attribute as key_field of the collection in the connection.</source>
        <translation>不知道平台上哪个字段存放数据集 {collection} 的唯一标识，因此无法发送要素；请在连接中用该数据集的 key_field 指定。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/resolve.py"/>
        <source>Nothing that can be trusted says where the model lies; give the CRS of its coordinates or two control points.</source>
        <translation>没有可信的信息说明模型的位置；请给出其坐标的坐标系，或两个控制点。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/resolve.py"/>
        <source>Nothing that can be trusted says where the model lies; give two control points.</source>
        <translation>没有可信的信息说明模型的位置；请给出两个控制点。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Number</source>
        <translation>个数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Number of features and the figures of every community, street, district and city; &lt;figure&gt;_n is the number of features that have the values. No value at all is empty, not 0.</source>
        <translation>每个社区、街道、区、市的要素数与各项统计数；&lt;统计数&gt;_n 为有值的要素数。完全无值时为空，而不是 0。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Objects</source>
        <translation>问题对象</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>Objects with problems</source>
        <translation>问题对象数</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/problems/edits.py"/>
        <source>Of {n} of them the survey says something new, which was not taken.</source>
        <translation>其中 {n} 个在调查中有新的内容，没有采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Off: the field stays here and is neither sent nor fetched.</source>
        <translation>不勾选：该字段只留在本地，既不发送也不取回。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>On each side. When more would have to be deleted none is, and the result says which. Nothing is ever deleted after a reading that was cut short.</source>
        <translation>双方分别计算。需删除的超过上限时一个也不删，并在结果中列出。没有读完时从不删除任何要素。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/checkboundaries.py"/>
        <source>One feature per issue, at its place.</source>
        <translation>每个问题一个要素，位于问题所在处。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>One feature per unit of the level.</source>
        <translation>该层级每个单元一个要素。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local_geopackage.py"/>
        <source>One of its texts is damaged; enter it anew.</source>
        <translation>其中有文字已损坏；请重新录入。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>One of the sides has changed since; a newer conflict is in its place.</source>
        <translation>此后有一方又有改动；已由较新的冲突代替。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>One per line. They may be asked as well, and are given the credentials.</source>
        <translation>每行一个。这些地址也可访问，并会收到凭据。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>One row per feature on which something was or is to be done: key, action, state, fields, the reason, the platform's id. Features that a first pull has brought are counted and not listed.</source>
        <translation>每个已处理或待处理的要素一行：唯一标识、操作、状态、字段、原因、平台 id。首次拉取带来的要素只计数，不列出。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>One row per feature on which something was or is to be done: key, action, state, fields, the reason. Features that a first import has brought are counted and not listed.</source>
        <translation>每个已处理或待处理的要素一行：唯一标识、操作、状态、字段、原因。首次导入带来的要素只计数，不列出。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>One row per file: whether it was read, else why not; what was found in it, all warnings, time.</source>
        <translation>每个文件一行：是否读取，未读取的原因；其中找到了什么，全部警告，用时。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>One row per footprint and building that belong together: basis, confidence, kind (one_to_one, one_to_many, many_to_one, many_to_many), IoU, shares and distance.</source>
        <translation>每对相互对应的轮廓和建筑一行：依据、可信度、类型（one_to_one 一对一、one_to_many 一对多、many_to_one 多对一、many_to_many 多对多）、交并比、占比和距离。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>One row per model building with its building_id, basis, confidence, and what became of it.</source>
        <translation>每栋模型建筑一行：building_id、依据、可信度，以及匹配结果。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/georeferencereport.py"/>
        <source>One row per piece of evidence with its values, what became of it and why; and one with the answer per file.</source>
        <translation>每条位置信息一行：数值、处理结果及原因；另外每个文件一行结论。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>One row per unit and indicator: meets, fails, no_standard, not_assessed.</source>
        <translation>每个单元、每项指标一行：meets 达标、fails 不达标、no_standard 无标准、not_assessed 未评价。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/importvalues.py"/>
        <source>One row per unit, indicator, year and source.</source>
        <translation>每个单元、指标、年度、来源一行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>Only a part of it was done; the next run goes on.</source>
        <translation>只执行了一部分；下次运行继续。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>Only one side has geometry; it is not exchanged.</source>
        <translation>只有一方有几何；几何不交换。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Only the conflicts of this collection of the platform or partner of packages; empty: all. A choice of one side for all needs it where the journal holds open conflicts of several.</source>
        <translation>只处理平台的该数据集或交换包对方的冲突；留空：全部。日志中有多个数据集的未解决冲突时，为全部冲突选定一方必须填写。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>Only the ground under the models counts as covered, not streets and open ground between them: the share is a lower bound; add the extents of the 3D data, or choose rule {closed} or {hull}.</source>
        <translation>只有模型所占的地面计为覆盖，其间的道路和空地不计，因此比例是下限；请补充三维数据的范围，或选择规则 {closed} 或 {hull}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>Only the status is written back; allow all fields to send it.</source>
        <translation>只回写状态；如需发送，请允许全部字段。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Only the {n} units that were surveyed in both years are compared.</source>
        <translation>只对比两个年度都纳入体检的 {n} 个单元。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>Only what has changed here was compared with the platform; a preview of a sync tells what has changed there.</source>
        <translation>只把本地有改动的要素与平台作了比较；平台上的改动请用同步的预演查看。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/read.py"/>
        <source>Only {count} buildings could be read: {reason}</source>
        <translation>只读取了 {count} 栋建筑：{reason}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>Only {n} of the layer's {all} fields are on the platform; check that layer and collection belong together.</source>
        <translation>图层的 {all} 个字段中平台上只有 {n} 个；请检查图层与数据集是否对应。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Open conflicts</source>
        <translation>未解决的冲突数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Open conflicts, one row per field in conflict: the last agreement, ours, theirs. Nothing is done with these features before resolveconflicts.</source>
        <translation>未解决的冲突，每个冲突字段一行：上次一致的状态、本地、平台。用 resolveconflicts 解决之前，不处理这些要素。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Open the folder of the connections</source>
        <translation>打开连接所在的文件夹</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Origin of the data, printed as given.</source>
        <translation>数据来源，原样印在图上。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/georeferencereport.py"/>
        <source>Origins</source>
        <translation>原点</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Other origins</source>
        <translation>其他允许的源</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Other side</source>
        <translation>对方名称</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Other street by largest overlap</source>
        <translation>按最大重叠另属其他街道的要素数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Our side of the conflicts with all values and the geometry.</source>
        <translation>冲突的本地一方，含全部值和几何。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Ours</source>
        <translation>本地</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Ours: what the layer has</source>
        <translation>本地：以图层为准</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Output folder</source>
        <translation>输出文件夹</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <source>Outputs</source>
        <translation>输出</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Outside</source>
        <translation>范围外</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/checkboundaries.py"/>
        <source>Overlaps and gaps up to this area come from rounding and are not reported.</source>
        <translation>面积不超过此值的重叠和空隙是坐标取整造成的，不予列出。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>Package</source>
        <translation>交换包</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Parent column</source>
        <translation>上级列</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Parts done by an earlier run</source>
        <translation>此前已完成的分片</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Parts done in this run</source>
        <translation>本次完成的分片</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Persistent</source>
        <translation>持续存在</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Placed</source>
        <translation>已定位</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Placed by</source>
        <translation>定位方法</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/georeferencereport.py"/>
        <source>Placed models</source>
        <translation>已定位的模型数</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>Placing a model takes at least two control points with local and map coordinates each; {local} local and {map} map points were given.</source>
        <translation>定位一个模型至少需要两个控制点，各有局部坐标和地图坐标；现在给出了 {local} 个局部点和 {map} 个地图点。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Planned</source>
        <translation>待执行</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Planned: a run that is no preview would do it</source>
        <translation>待执行：正式运行（非预演）时执行</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Platform</source>
        <translation>平台</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>Point</source>
        <translation>点</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/georeferencereport.py"/>
        <source>Points (WGS 84) of the origins of the models that could be placed, and of the evidence that was not used.</source>
        <translation>点图层（WGS 84）：已定位模型的原点，以及未采用的位置信息所指的点。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>Points by which models are placed that do not say where they lie: a point layer, or a table with easting and northing (in the CRS of models that name none), with columns file, local_x and local_y (metres in the model). Two points per file or more.</source>
        <translation>用来定位没有说明位置的模型：点图层，或带 easting（东坐标）、northing（北坐标）两列的表（坐标系为“未注明坐标系的模型所用坐标系”）；另须有 file、local_x、local_y 列（模型中的米）。每个文件至少两个点。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>Polygon</source>
        <translation>面</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>Polygons of the built-up area; without them all of each unit counts as built up.</source>
        <translation>建成区的面；不给出时，各单元全部计为建成区。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>Polygons that 3D data covers besides these models, such as the tiles of a mesh.</source>
        <translation>这些模型之外三维数据所覆盖的面，例如实景三维网格的分块。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/citymodelfootprints.py"/>
        <source>Preferred level of detail of solids, such as 2 or 1.3; empty: LoD2, LoD3, LoD1, LoD4 in this order.</source>
        <translation>优先采用的三维体细节层次，例如 2 或 1.3；留空则依次取 LoD2、LoD3、LoD1、LoD4。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Press New and enter the address of the platform's service; Test then shows what it offers.</source>
        <translation>点击“新建”，填写平台服务的地址；再点击“测试”，即可看到平台提供的数据集。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Preview only</source>
        <translation>仅预演</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Printed as given.</source>
        <translation>原样印在图上。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Printed as given; never taken from the clock.</source>
        <translation>原样印在图上；不取系统时间。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Probe platform</source>
        <translation>探测平台</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>Problem distribution</source>
        <translation>问题分布</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <location filename="../processing_algorithms/groups.py"/>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>Problems</source>
        <translation>问题</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Problems by dimension</source>
        <translation>各维度的问题</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Problems found</source>
        <translation>发现问题</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>Problems without a place</source>
        <translation>没有落位的问题</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>Processes</source>
        <translation>进程数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Producing unit</source>
        <translation>编制单位</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/maps/problemmap.py"/>
        <source>Project</source>
        <translation>工程</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Projected CRS in metres in which everything is measured; empty: that of the communities, or for degrees the matching CGCS2000 3-degree strip.</source>
        <translation>量算所用的投影坐标系，单位为米；留空则用社区图层的坐标系，社区图层为经纬度时用相应的 CGCS2000 3 度带。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Protocol</source>
        <translation>协议</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/pulllayer.py"/>
        <source>Pull layer from platform</source>
        <translation>从平台拉取图层</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/pushlayer.py"/>
        <source>Push layer to platform</source>
        <translation>向平台推送图层</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>Puts the values of a year beside the units of one level: for each indicator its value and, in a column of its own, its state. A unit without a row is not_surveyed, never zero. Values of units that are not on the map are written to the remainder.</source>
        <translation>把某一年度的值放到一个层级的单元旁边：每项指标一列值，另有一列状态。没有对应行的单元记为 not_surveyed（未体检），绝不记为 0。图上没有的单元，其值写入剩余。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/qgis_network.py"/>
        <source>QGIS cannot open the authentication configuration {authcfg}: {reason}.</source>
        <translation>QGIS 无法打开认证配置 {authcfg}：{reason}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/qgis_network.py"/>
        <source>QGIS has no authentication configuration {authcfg} in this profile; choose another one, or in a run without the desktop set QGIS_AUTH_DB_DIR_PATH to the folder of the profile that has it.</source>
        <translation>当前 QGIS 用户配置中没有认证配置 {authcfg}；请另选，无桌面运行时请把 QGIS_AUTH_DB_DIR_PATH 设为含有它的用户配置文件夹。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/qgis_network.py"/>
        <source>QGIS's authentication system is switched off ({reason}), so nobody can sign in; set it up in QGIS's options under Authentication, or choose a connection without credentials.</source>
        <translation>QGIS 的认证系统已停用（{reason}），无法登录；请在 QGIS 选项的“认证”页设置，或选择不需要凭据的连接。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/qgis_network.py"/>
        <source>QGIS's network settings name a SOCKS proxy ({host}), for which Python needs the package PySocks; install it (Debian: python3-socks), or name a proxy for HTTP.</source>
        <translation>QGIS 网络设置中的代理是 SOCKS 代理（{host}），Python 需要软件包 PySocks 才能使用；请安装（Debian 上为 python3-socks），或改用 HTTP 代理。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/qgis_network.py"/>
        <source>QGIS's network settings name a proxy for FTP ({host}), which cannot carry requests to a platform; choose HttpProxy there.</source>
        <translation>QGIS 网络设置中的代理是 FTP 代理（{host}），不能向平台转发请求；请改选 HttpProxy。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/unread.py"/>
        <source>Reading needed more memory than there is; have the model split, or give a city model as CityGML or CityJSONSeq, of which only a part is held at a time.</source>
        <translation>读取所需内存超过现有内存；请把模型拆分，或把城市模型改为 CityGML、CityJSONSeq，它们每次只需载入一部分。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/workers.py"/>
        <source>Reading needed more than {memory} MB of memory and was ended; raise the memory limit, or have the model split or simplified.</source>
        <translation>读取所需内存超过 {memory} MB，已终止；请提高内存上限，或请人拆分、简化模型。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/workers.py"/>
        <source>Reading took longer than {seconds:g} s and was ended; raise the time limit, or have the model split or simplified.</source>
        <translation>读取超过 {seconds:g} 秒，已终止；请提高时间上限，或请人拆分、简化模型。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <source>Reading {file} needs the Python package openpyxl, which is not installed; install it (Debian: python3-openpyxl) or save the sheets as CSV.</source>
        <translation>读取 {file} 需要 Python 包 openpyxl，但没有安装；请安装它（Debian：python3-openpyxl），或把各工作表另存为 CSV。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/citymodelfootprints.py"/>
        <source>Reads CityJSON (1.0, 1.1, 2.0), CityJSONSeq and CityGML (1, 2, 3), plain, gzip or zip, and gives each building a roofprint and a ground print with height, storeys, year and use. Building parts are merged into their buildings, nothing is counted twice, and the CRS and its axis order are recognised in all spellings met in practice.</source>
        <translation>读取 CityJSON（1.0、1.1、2.0）、CityJSONSeq 和 CityGML（1、2、3），可为普通文件、gzip 或 zip，给出每栋建筑的屋顶轮廓和基底轮廓，以及高度、层数、年份和用途。建筑部分并入所属建筑，不重复计数；坐标系及其轴序的各种常见写法都能识别。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>Reads IFC files (IFC2X3, IFC4, IFC4X3; .ifc and .ifczip) and gives each building a roofprint and a ground print in the right place, with height, storeys, floor area, year, use and structure as far as the model has them. Errors of georeferencing that are known from practice are corrected and named; a model whose place nothing says is never put on the map. Files are read apart from QGIS, side by side, each with a limit of time and memory.</source>
        <translation>读取 IFC 文件（IFC2X3、IFC4、IFC4X3；.ifc 和 .ifczip），给出每栋建筑位置正确的屋顶轮廓和基底轮廓，并尽模型所有给出高度、层数、建筑面积、年代、用途和结构。实践中已知的地理配准错误会被更正并注明；没有任何信息说明位置的模型绝不画到地图上。文件在 QGIS 之外并行读取，每个文件都有时间和内存上限。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/importvalues.py"/>
        <source>Reads tables as they arrive (CSV in UTF-8 or GBK, XLSX with merged cells; one row per value, per unit or per indicator) into one table with unit, indicator, year, value, state, text as found and source. Zero, not surveyed, not applicable and missing stay four different things. Cells that cannot be read or joined are written to the remainder with file, sheet, row and column.</source>
        <translation>附表来什么样就读什么样（UTF-8 或 GBK 的 CSV，带合并单元格的 XLSX；一行一个值、一行一个单元或一行一项指标都可以），汇成一张表：单元、指标、年度、值、状态、原文和来源。0、未体检、不适用、缺失始终是四回事。读不出或匹配不上的单元格，连同文件、工作表、行、列写入剩余。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Rejected</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Rejected: it cannot be taken as it is</source>
        <translation>被拒绝：照现状无法接收</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>Relations</source>
        <translation>关系</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <source>Remainder</source>
        <translation>剩余</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Remainder: {name}</source>
        <translation>剩余：{name}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Remarks</source>
        <translation>注意事项数</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Remove connection</source>
        <translation>移除连接</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Remove the collection</source>
        <translation>移除数据集</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Remove the connection “{name}”? Platform and layers stay as they are.</source>
        <translation>要移除连接“{name}”吗？平台和图层不受影响。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Remove the selected fields from the table</source>
        <translation>从表中移除选中的字段</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/base.py"/>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Resolution</source>
        <translation>解决方式</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Resolve conflicts</source>
        <translation>解决冲突</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Resolved conflicts</source>
        <translation>已解决的冲突数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Result by feature</source>
        <translation>逐要素结果</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <source>Roads</source>
        <translation>道路</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/rollup.py"/>
        <source>Roll up values</source>
        <translation>逐级汇总</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/read.py"/>
        <source>Roofprint ({roof:.1f} m²) and ground print ({ground:.1f} m²) differ by more than a quarter.</source>
        <translation>屋顶轮廓（{roof:.1f} 平方米）与基底轮廓（{ground:.1f} 平方米）相差超过四分之一。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>Roofprint ({roof} m²) and ground print ({ground} m²) differ by more than {share} %.</source>
        <translation>屋顶轮廓（{roof} 平方米）与基底轮廓（{ground} 平方米）相差超过 {share} %。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Roofprints (m²)</source>
        <translation>屋顶轮廓（m²）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/control_layer.py"/>
        <source>Row {row} of the control points has no number in column {column}; correct it.</source>
        <translation>控制点第 {row} 行的列 {column} 不是数值；请改正。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/systems.py"/>
        <source>Row {row} of the indicator system {table}: the name {name!r} also stands for {other}; remove the alias from one of them.</source>
        <translation>指标体系 {table} 第 {row} 行：名称“{name}”同时也指 {other}；请从其中一个指标删去该别名。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/systems.py"/>
        <source>Row {row} of the indicator system {table}: {problem}</source>
        <translation>指标体系 {table} 第 {row} 行：{problem}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Row {row} of the table of resolutions chooses another side for conflict {conflict} than a row before it; leave one of them.</source>
        <translation>解决方案表第 {row} 行为冲突 {conflict} 选择的一方与前面的行不同；请只保留一行。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Row {row} of the table of resolutions names the field {field}, which is not in conflict; those of conflict {conflict} are {fields}.</source>
        <translation>解决方案表第 {row} 行的字段 {field} 没有冲突；冲突 {conflict} 的冲突字段是 {fields}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Row {row} of the table of resolutions names the side {side}; write ours or theirs.</source>
        <translation>解决方案表第 {row} 行的 side 是 {side}；请写 ours 或 theirs。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Rows</source>
        <translation>行数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Rows in</source>
        <translation>输入</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Rows of the table without an open conflict</source>
        <translation>表中没有对应未解决冲突的行数</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Rows of the table without an open conflict: {n}; they may be resolved already.</source>
        <translation>表中没有对应未解决冲突的行：{n} 行；可能已经解决。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/synclayer.py"/>
        <source>Rows that got a key: {n}.</source>
        <translation>得到唯一标识的行：{n} 行。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Rows with conflict_id or key, item (empty: all) and side (ours or theirs; empty: stays open): the table of conflicts that this algorithm writes, with the column side filled in.</source>
        <translation>每行有 conflict_id 或 key、item（留空为全部）和 side（ours 为本地，theirs 为平台；留空为暂不解决）：即本算法写出的冲突表，填好 side 列。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>Rule hull needs to know the file of each model, but the models have no column source_file; add it or choose another rule.</source>
        <translation>规则 hull 需要知道每个模型所在的文件，但模型没有列 source_file；请补上该列，或另选规则。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Run the exchange again: it brings both sides to what was chosen.</source>
        <translation>请再次运行交换：双方将按所选结果取得一致。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Sample register</source>
        <translation>样本名单</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Scheduler</source>
        <translation>调度器</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Send the credentials without encryption (http)</source>
        <translation>不加密发送凭据（http）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/pushlayer.py"/>
        <source>Sends the features of a layer that are new, changed or deleted since the last run to a collection of a CIM platform. Each write is compared with what the platform has, noted in the journal, sent, and read back. What both sides have changed is a conflict and stays as it is on both. A run that was stopped is finished by running again. By default the run is a preview.</source>
        <translation>把图层中自上次运行以来新增、修改、删除的要素发送到 CIM 平台的数据集。每次写入都先与平台现状比较，记入交换日志，再发送并读回核对。双方都改动的列为冲突，双方的内容都保持原样。中途停止的运行，重新运行即可完成。默认为预演。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Sent</source>
        <translation>发送值</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Sent and altered by the platform</source>
        <translation>已发送，平台有改动</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Sent and verified</source>
        <translation>已发送并核对</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Sent, and altered by the platform: see the differences</source>
        <translation>已发送，平台有改动：见差异表</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Sent, read back and the same</source>
        <translation>已发送，读回核对一致</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Settings of the protocol</source>
        <translation>协议设置</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Sign-in</source>
        <translation>登录</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Signed by</source>
        <translation>签名人</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/checkboundaries.py"/>
        <source>Smallest area to report (m²)</source>
        <translation>列出的最小面积（平方米）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Solved</source>
        <translation>已解决</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>Somebody changed it on the platform while it was written.</source>
        <translation>写入期间有人在平台上作了改动。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Something is lost, or does not work</source>
        <translation>有丢失，或不可用</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Source note</source>
        <translation>来源说明</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Sources that disagree</source>
        <translation>来源不一致的值</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <location filename="../processing_algorithms/indicators/importvalues.py"/>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <location filename="../processing_algorithms/indicators/importvalues.py"/>
        <source>States of the values</source>
        <translation>体检值的状态</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>Status of the files</source>
        <translation>文件状态</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Status only</source>
        <translation>仅状态</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>Status only: nothing is written to the platform but the fields that the connection names as those of the status, and no feature is made or deleted there.</source>
        <translation>选择“仅状态”时，只向平台写入连接中指定的状态字段，不在平台上新增或删除要素。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>Stopping the test of “{name}” …</source>
        <translation>正在停止对“{name}”的测试…</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Stored</source>
        <translation>存储值</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>Street</source>
        <translation>街道</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Streets</source>
        <translation>街道</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/rollup.py"/>
        <source>Sums and counts are added, rates are computed anew from numerator and denominator or from a named weight, means are weighted; a rate without a denominator is left missing, never averaged. The text of each new value says how many of the units below were measured.</source>
        <translation>总量和个数相加；比率由分子分母或指定的权重重新计算；均值加权。没有分母的比率记为缺失，绝不简单平均。每个汇总值的原文栏写明下级单元中有多少个是实测。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Surveyed problems</source>
        <translation>调查问题</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Surveyed, no problem found</source>
        <translation>已体检，未发现问题</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/synclayer.py"/>
        <source>Synchronise layer with platform</source>
        <translation>与平台同步图层</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Table of resolutions</source>
        <translation>解决方案表</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>Table of values, as importvalues and rollup write it.</source>
        <translation>指标值表，由“导入指标值”（importvalues）或“逐级汇总”（rollup）写出。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Table of values, as importvalues writes it.</source>
        <translation>指标值表，由“导入指标值”（importvalues）写出。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>Table of values: the share in percent, and both areas.</source>
        <translation>指标值表：百分比及两个面积。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/database.py"/>
        <source>Table {table} cannot be written to {file}: {reason}.</source>
        <translation>表 {table} 无法写入 {file}：{reason}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Taken from the package</source>
        <translation>已从交换包带入</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Taken from the platform</source>
        <translation>已从平台取回</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/synclayer.py"/>
        <source>Tell what would be done on both sides, and do nothing.</source>
        <translation>只列出双方将作哪些改动，不实际执行。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/pushlayer.py"/>
        <source>Tell what would be sent, and send nothing.</source>
        <translation>只列出将发送哪些内容，不实际发送。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>Tell what would be taken over, and change nothing.</source>
        <translation>只列出将带入哪些内容，不作任何改动。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Test</source>
        <translation>测试</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Test writing as well</source>
        <translation>同时测试写入</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>Testing “{name}” …</source>
        <translation>正在测试“{name}”…</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>The address is not encrypted (http): CityCheck will not send the credentials there.</source>
        <translation>地址没有加密（http）：CityCheck 不会向其发送凭据。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_checks.py"/>
        <source>The address {url} holds a secret in its parameter {name}; take it out and use an authentication configuration.</source>
        <translation>地址 {url} 的参数 {name} 含机密信息；请去掉，改用认证配置。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_checks.py"/>
        <source>The address {url} holds a user name or password; take them out and use an authentication configuration.</source>
        <translation>地址 {url} 含用户名或密码；请去掉，改用认证配置。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/guarded.py"/>
        <source>The answer of the platform on {what} is not built as its protocol says ({reason}); probe the platform, and ask its operator if it happens again.</source>
        <translation>平台对 {what} 的应答不符合它的协议（{reason}）；请探测平台，再次出现时请询问平台管理员。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/careful_connections.py"/>
        <source>The answer of {address} is larger than allowed.</source>
        <translation>{address} 的应答超过允许的大小。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/transport.py"/>
        <source>The answer of {address} is larger than {limit} MB; ask for smaller pages, or raise the connection's largest answer.</source>
        <translation>{address} 的应答超过 {limit} MB；请减小每页要素数，或提高连接的应答大小上限。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/sign_in.py"/>
        <source>The authentication configuration holds a line break or a character that no header can carry; enter it again.</source>
        <translation>认证配置中含换行或请求头不能使用的字符；请重新填写。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/qgis_network.py"/>
        <source>The authentication configuration {authcfg} ({method}) gave no credentials; test it in QGIS's options under Authentication.</source>
        <translation>认证配置 {authcfg}（{method}）没有给出凭据；请在 QGIS 选项的“认证”页测试。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/qgis_network.py"/>
        <source>The authentication configuration {authcfg} writes its token into the address, where every log on the way can read it; set it to send a header.</source>
        <translation>认证配置 {authcfg} 把令牌写在地址中，途中的任何日志都能读到；请改为用请求头发送。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>The base map has no role '{role}' (layer {path}): use one of {roles}.</source>
        <translation>底图没有“{role}”这种角色（图层 {path}）：请用 {roles} 之一。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/shapes.py"/>
        <source>The body of {count} elements refers to itself; they have no shape.</source>
        <translation>{count} 个构件的形体引用了自身，没有形体。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/coordinates.py"/>
        <source>The boundaries have no usable coordinates in {crs}; check the layer's CRS and its geometries.</source>
        <translation>边界在 {crs} 中没有可用的坐标；请检查图层的坐标系和几何。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>The boundaries {file} are not those of this run; remove the file and run again.</source>
        <translation>边界文件 {file} 不属于本次运行；请删除该文件后重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>The boundaries {file} cannot be read ({reason}); the output folder must be at the same path on all machines of the cluster.</source>
        <translation>无法读取边界文件 {file}（{reason}）；输出文件夹在集群所有机器上须为同一路径。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/coordinates.py"/>
        <source>The boundary layer</source>
        <translation>边界图层</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/palette.py"/>
        <source>The breaks of the choropleth in styles/palette.json must rise from 1 or more, one for each of the {count} colours; they are {breaks}: correct them there.</source>
        <translation>styles/palette.json 中分级设色的分级点必须从 1 或更大的数开始递增，{count} 种颜色各一个；现在是 {breaks}：请在该文件中改正。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>The building has no element with a shape; it has no outline.</source>
        <translation>建筑没有带形体的构件，因此没有轮廓。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>The building has no surface of more than {area} m²; its outline is drawn around its members.</source>
        <translation>建筑没有大于 {area} 平方米的面；轮廓按其杆件的外围绘出。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/read.py"/>
        <source>The building has no surfaces that a polygon could be made of.</source>
        <translation>建筑没有可以构成多边形的面。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>The building has no walls, slabs or roofs; its outline is that of all its elements.</source>
        <translation>建筑没有墙、楼板或屋顶；轮廓取其全部构件的轮廓。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>The building has walls alone; its roofprint is what they enclose.</source>
        <translation>建筑只有墙；屋顶轮廓取墙围合的范围。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>The building is empty; the {count} walls, slabs and the like of the site are taken for it.</source>
        <translation>建筑中没有构件；场地中的 {count} 个墙、楼板等构件归入该建筑。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/facts.py"/>
        <source>The building is only {height} m high: is it one?</source>
        <translation>建筑高度只有 {height} 米：它是建筑吗？</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <location filename="../citycheck_qgis/units/buildings.py"/>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>The building layer</source>
        <translation>建筑图层</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>The building layer; empty: the buildings of the database.</source>
        <translation>建筑图层；留空则用数据库中的建筑。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/qgis_network.py"/>
        <source>The certificate or the key of the authentication configuration {authcfg} cannot be read; check its files and its password in QGIS's options under Authentication.</source>
        <translation>认证配置 {authcfg} 的证书或私钥无法读取；请在 QGIS 选项的“认证”页检查其文件和密码。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>The checksums of the package {file} are not those of its files; have it sent again.</source>
        <translation>交换包 {file} 的校验值与其中的文件不符；请对方重新发送。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/read.py"/>
        <source>The city model holds no building.</source>
        <translation>城市模型中没有建筑。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/careful_connections.py"/>
        <source>The client's certificate {file} or its key cannot be read; check the authentication configuration.</source>
        <translation>客户端证书 {file} 或其私钥无法读取；请检查认证配置。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_inputs.py"/>
        <source>The code list of field {field} does not have {value}, which came {n} times; it passed as it is.</source>
        <translation>字段 {field} 的代码表中没有 {value}（出现 {n} 次）；已原样通过。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>The code lists of collection {collection} must be objects; write them like {example}.</source>
        <translation>数据集 {collection} 的代码表必须是对象；请写成 {example} 的形式。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>The code lists of {name}</source>
        <translation>{name} 的代码表</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The codes of field {field} are not one to one: {codes} stands for several values.</source>
        <translation>字段 {field} 的代码不是一一对应：{codes} 对应多个值。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <source>The columns cannot be added to the input's own file: {reason} Give an output file instead.</source>
        <translation>无法把列写入输入文件本身：{reason}请另外指定输出文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/coordinates.py"/>
        <source>The community layer has no CRS; set the layer's CRS in QGIS (Layer &gt; Set CRS) and rerun.</source>
        <translation>社区图层没有坐标系；请在 QGIS 中设置图层坐标系（图层 &gt; 设置图层坐标系），再重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/store.py"/>
        <source>The conflict of {key} has changed since it was shown; look at it again.</source>
        <translation>{key} 的冲突在列出之后又有变化；请重新查看。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/store.py"/>
        <source>The conflict of {key} needs the choice local or remote; name one of them.</source>
        <translation>{key} 的冲突须在 local 和 remote 中选择；请写明其中之一。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>The conflicts that were open when the run began, one row per field: the last agreement, ours, theirs, the side that was chosen.</source>
        <translation>运行开始时未解决的冲突，每个字段一行：上次一致、本地、平台、选定的一方。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_checks.py"/>
        <source>The connection has no address; enter the platform's base address (https://...).</source>
        <translation>连接没有地址；请填写平台的基础地址（https://...）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <source>The connection has no name; enter one.</source>
        <translation>连接没有名称；请填写。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <source>The connection {file} cannot be read ({reason}); choose another file.</source>
        <translation>无法读取连接文件 {file}（{reason}）；请另选文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <source>The connection {file} does not exist; choose another file.</source>
        <translation>连接文件 {file} 不存在；请另选文件。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>The connection's address is a new one of the platform that the journal knows: go on with what both sides agreed on.</source>
        <translation>连接的地址是交换日志中那个平台的新地址：按双方上次一致的状态继续。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <source>The connection's name {name} cannot be the name of a file; choose another.</source>
        <translation>连接名称“{name}”不能用作文件名；请换一个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>The control points coincide; choose points that lie apart, such as two corners.</source>
        <translation>控制点重合；请选择相隔一定距离的点，例如两个角点。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>The control points do not match: no turn and scale brings the local points onto the map points; check their order.</source>
        <translation>控制点对不上：任何旋转和缩放都不能把局部点变到地图点上；请检查其顺序。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>The control points give a scale of {scale:.5g}, which would distort the building, and which is that of no unit; check the points. They were not used.</source>
        <translation>控制点得出的比例为 {scale:.5g}，会使建筑变形，也不是任何单位的比例；请检查控制点。这些点未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>The control points give a scale of {scale:.5g}: their local coordinates are in {unit}, and were taken so.</source>
        <translation>控制点得出的比例为 {scale:.5g}：其模型坐标的单位是 {unit}，已按此处理。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/control_layer.py"/>
        <source>The control points name {file}, and {number} model files are called so; give their paths below the folder.</source>
        <translation>控制点中写的是 {file}，而有 {number} 个模型文件叫这个名称；请写明其在文件夹中的相对路径。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/control_layer.py"/>
        <source>The control points name {file}, which is not among the model files; correct the name.</source>
        <translation>控制点中写的 {file} 不在模型文件之中；请改正名称。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/resolve.py"/>
        <source>The control points put the model outside the area of {crs}; check their map coordinates.</source>
        <translation>控制点把模型放到了 {crs} 的适用范围之外；请检查其地图坐标。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/places.py"/>
        <source>The coordinates (around {x:.3f}, {y:.3f}) lie outside the area of {crs}, so that the place of the buildings is not known.</source>
        <translation>坐标（约 {x:.3f}, {y:.3f}）超出 {crs} 的适用范围，因此建筑的位置未知。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/places.py"/>
        <source>The coordinates come in another axis order than {crs} has; they were swapped.</source>
        <translation>坐标的轴序与 {crs} 不同；已对调。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/places.py"/>
        <source>The coordinates do not fit the CRS of the file, {old}; {crs} was taken, as the user says.</source>
        <translation>坐标与文件的坐标系 {old} 不符；已按用户指定采用 {crs}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/conservation.py"/>
        <source>The counts of {subject} do not add up ({total} came in, {found} are accounted for); this is a defect of CityCheck, please report it with the input.</source>
        <translation>{subject}的计数对不上账（输入 {total}，有交代的 {found}）；这是 CityCheck 的缺陷，请连同输入数据一起报告。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/sign_in.py"/>
        <source>The credentials would travel unprotected to {host}; use its https address, or allow plain http in the connection if the network is your own.</source>
        <translation>凭据将不加密地传往 {host}；请使用其 https 地址，如果是自有的封闭网络，可在连接中允许 http。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/schedulers.py"/>
        <source>The dask scheduler {address} has lost all its workers; start some with 'dask worker {address}' and run again for the rest.</source>
        <translation>dask 调度器 {address} 已失去全部工作进程；请用 dask worker {address} 启动，再次运行以完成其余部分。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/schedulers.py"/>
        <source>The dask scheduler {address} has no workers; start some with 'dask worker {address}'.</source>
        <translation>dask 调度器 {address} 没有工作进程；请用 dask worker {address} 启动。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/database.py"/>
        <source>The database has other buildings from a file of the same name, {file}; rename the file or its folder, or delete these rows of the table footprint if they are no longer needed.</source>
        <translation>数据库中已有来自同名文件 {file} 的其他建筑；请重命名该文件或其文件夹；如果不再需要这些行，请从 footprint 表中删除。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>The database {file} has no footprints; give it to ifcfootprints or citymodelfootprints first.</source>
        <translation>数据库 {file} 中没有轮廓；请先用 ifcfootprints 或 citymodelfootprints 写入。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/database.py"/>
        <source>The database {file} is in {old} but this run is in {new}; choose the database's CRS as working CRS or another database.</source>
        <translation>数据库 {file} 的坐标系是 {old}，而本次运行是 {new}；请把工作坐标系设为数据库的坐标系，或另选数据库。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>The definition of the coordinate reference system cannot be read: {text}.</source>
        <translation>坐标系的定义无法读取：{text}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/house_description.py"/>
        <source>The description of collection {name} says {value} for {place}; it must be one of {known}.</source>
        <translation>数据集 {name} 的描述中，{place} 写的是 {value}；只能是 {known} 之一。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/places.py"/>
        <source>The eastings ({easting:.0f}) begin with the number of another zone than {crs}, and nothing tells which is right; give the right CRS to place the buildings.</source>
        <translation>东坐标（{easting:.0f}）开头的带号与 {crs} 不一致，无法判断哪个正确；请给出正确的坐标系以确定建筑位置。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/maps/problemmap.py"/>
        <source>The editable project; an existing one keeps its edits.</source>
        <translation>可编辑的工程；已有工程中的修改会保留。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The encoding {encoding} of the layer {layer} is not known.</source>
        <translation>图层 {layer} 的编码 {encoding} 无法识别。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <source>The envelopes stored with {layer} do not hold its geometries; they were read one by one, which takes longer. Save the layer anew to repair it.</source>
        <translation>{layer} 所存的外包矩形与几何不符，已改为逐个读取几何，耗时较长。把该图层另存一次即可修复。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/sheet.py"/>
        <source>The export of the map was cancelled; no file has been written.</source>
        <translation>已取消导出地图；没有写入任何文件。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/feature_layers.py"/>
        <source>The feature layer</source>
        <translation>要素图层</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/feature_layers.py"/>
        <source>The features are read one by one, which takes longer: {reason}</source>
        <translation>要素逐个读取，耗时较长：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <source>The features outside all units or without usable geometry, and the ties.</source>
        <translation>在所有单元之外的要素、没有可用几何的要素，以及并列的要素。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The fields {one} and {other} would both be the platform's field {field}; map one of them to another field, or to none.</source>
        <translation>字段 {one} 和 {other} 都对应平台字段 {field}；请把其中一个改为对应其他字段，或不对应。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>The file contradicts itself in {count} places, such as references to what is not there; elements may be missing.</source>
        <translation>文件有 {count} 处自相矛盾，例如引用了不存在的内容；可能缺少构件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>The file describes no building.</source>
        <translation>文件没有描述任何建筑。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/cityjson.py"/>
        <source>The file follows a proposal for versioning that is not part of CityJSON; whatever differs from the standard was left out.</source>
        <translation>文件采用了不属于 CityJSON 标准的版本管理提案；与标准不同的内容已略去。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>The file has no IfcBuilding; its elements are taken as one building.</source>
        <translation>文件没有 IfcBuilding；其构件合为一栋建筑。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>The file has no IfcProject.</source>
        <translation>文件没有 IfcProject。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>The file has no IfcSite.</source>
        <translation>文件没有 IfcSite。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>The file has {count} projects, which IFC does not allow; the units of the first count for all.</source>
        <translation>文件有 {count} 个项目，IFC 不允许；全部按第一个项目的单位计。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/workers.py"/>
        <source>The file made its reader crash; it is probably damaged: have it exported again from the authoring software.</source>
        <translation>该文件使读取程序崩溃，很可能已损坏：请人用建模软件重新导出。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/places.py"/>
        <source>The file names no CRS; give the one it was made in to place its buildings.</source>
        <translation>文件没有注明坐标系；请给出制作时所用的坐标系，以确定建筑的位置。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/places.py"/>
        <source>The file names no usable CRS; {crs} was taken.</source>
        <translation>文件没有注明可用的坐标系；已采用 {crs}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/places.py"/>
        <source>The file names several CRSs; what is in {old} was reprojected to {new}.</source>
        <translation>文件注明了多个坐标系；其中 {old} 的内容已投影到 {new}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/careful_connections.py"/>
        <source>The file of certificates {file} does not exist; correct it in the connection.</source>
        <translation>证书文件 {file} 不存在；请在连接中改正。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/places.py"/>
        <source>The file says {said}, but its eastings ({east:.0f}) belong to {right}, which was taken.</source>
        <translation>文件注明 {said}，但其东坐标（{east:.0f}）属于 {right}；已采用后者。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <location filename="../processing_algorithms/exchange/pulllayer.py"/>
        <source>The file that has or gets the layer; its other layers stay as they are.</source>
        <translation>已有或将写入该图层的文件；其中的其他图层不变。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>The file to write.</source>
        <translation>要写入的文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <source>The file {file} cannot be read ({problem}); check its permissions.</source>
        <translation>文件 {file} 无法读取（{problem}）；请检查其权限。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <source>The file {file} is a workbook of the old binary kind or protected by a password; save it as .xlsx without a password, or as CSV.</source>
        <translation>文件 {file} 是旧版二进制工作簿，或有密码保护；请另存为不带密码的 .xlsx 或 CSV。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <source>The file {file} is empty; export the table again.</source>
        <translation>文件 {file} 是空的；请重新导出该表。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <source>The file {file} is not a readable CSV table ({problem}); export it again.</source>
        <translation>文件 {file} 不是可读的 CSV 表（{problem}）；请重新导出。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <source>The file {file} is not a table that can be read; save it as .xlsx or as CSV.</source>
        <translation>文件 {file} 不是可以读取的表格；请另存为 .xlsx 或 CSV。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <source>The file {file} is not a workbook although its name says so; save it again as .xlsx.</source>
        <translation>文件 {file} 虽有工作簿的扩展名，却不是工作簿；请重新另存为 .xlsx。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/sheet.py"/>
        <source>The file {path} holds no print layout: save one as template in the layout window of QGIS.</source>
        <translation>文件 {path} 中没有打印布局：请在 QGIS 的布局窗口中另存一个模板。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/cityjson.py"/>
        <source>The file, or a feature of it, has no object CityObjects.</source>
        <translation>文件或其中的某个要素没有 CityObjects 对象。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>The files to read; their endings are {endings}.</source>
        <translation>要读取的文件；扩展名为 {endings}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The filter of the layer {layer} is a query.</source>
        <translation>图层 {layer} 的过滤条件是一条查询语句。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>The findings are kept in {file}.</source>
        <translation>探测结果已保存在 {file}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/pulllayer.py"/>
        <source>The folder {folder} does not exist; make it, or name another one.</source>
        <translation>文件夹 {folder} 不存在；请新建，或指定其他文件夹。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>The folder {folder} holds no file with one of the endings {endings}.</source>
        <translation>文件夹 {folder} 中没有扩展名为 {endings} 的文件。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_inputs.py"/>
        <source>The folder {folder} of the journal does not exist; make it, or name another one as JOURNAL.</source>
        <translation>交换日志的文件夹 {folder} 不存在；请新建，或用 JOURNAL 指定其他位置。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>The footprint layer</source>
        <translation>轮廓图层</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>The footprint layer has no column {column}; give a layer that ifcfootprints or citymodelfootprints has written.</source>
        <translation>轮廓图层没有列 {column}；请给出由“IFC 建筑轮廓”（ifcfootprints）或“城市模型建筑轮廓”（citymodelfootprints）写出的图层。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>The footprints have {crs} and the buildings {other}; reproject the footprints to the buildings' CRS.</source>
        <translation>轮廓的坐标系是 {crs}，建筑的坐标系是 {other}；请把轮廓投影到建筑的坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/layers.py"/>
        <source>The footprints in {own} cannot be shown in {wanted}, which does not reach there; choose another CRS for the output.</source>
        <translation>{own} 中的轮廓无法用 {wanted} 表示，其适用范围达不到那里；请为输出另选坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The geometry</source>
        <translation>几何</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>The geometry of {file} is encoded as {encoding}; write it anew as GeoParquet with WKB.</source>
        <translation>{file} 的几何编码为 {encoding}；请重新写成 WKB 编码的 GeoParquet。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>The indicator system has no edition {edition!r}; it holds {editions}.</source>
        <translation>指标体系中没有版本“{edition}”；现有 {editions}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>The indicator system holds the editions {editions}; name the one to use.</source>
        <translation>指标体系中有 {editions} 多个版本；请指定要用的一个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/systems.py"/>
        <source>The indicator system {table} has no rows; add one row per indicator.</source>
        <translation>指标体系 {table} 没有数据行；请每项指标写一行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/systems.py"/>
        <source>The indicator system {table} lacks the columns {missing}; its first row must hold {columns}.</source>
        <translation>指标体系 {table} 缺少列 {missing}；首行必须包含 {columns}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The input is no vector layer.</source>
        <translation>输入不是矢量图层。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>The journal holds open conflicts of several collections ({collections}); name one of them as COLLECTION, or choose by a table.</source>
        <translation>日志中有多个数据集（{collections}）的未解决冲突；请用 COLLECTION 指定其中一个，或用表选择。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>The journal knows no collection {collection}; it knows {known}.</source>
        <translation>日志中没有数据集 {collection}；已有的是 {known}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/journal_links.py"/>
        <source>The journal knows this layer with {known}, not with {address}; where it is the same platform under a new address run once with SAME_PLATFORM, else name another JOURNAL.</source>
        <translation>交换日志中这个图层对应 {known}，而不是 {address}；如果是同一平台换了地址，请用 SAME_PLATFORM 运行一次，否则另行指定 JOURNAL。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>The journal of the exchange, beside the layer's file with the ending .exchange.db.</source>
        <translation>交换日志，位于图层文件旁，扩展名为 .exchange.db。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/journal_files.py"/>
        <source>The journal {file} cannot be read ({reason}); a run that is no preview sets it aside and begins a new one.</source>
        <translation>无法读取交换日志 {file}（{reason}）；正式运行（非预演）时会将它另存，并新建一份。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/store.py"/>
        <source>The journal {file} is damaged and is kept as {aside}; run again: both sides are compared afresh then, nothing is deleted, and what differs is a conflict.</source>
        <translation>交换日志 {file} 已损坏，另存为 {aside}；请重新运行：届时双方从头比较，不删除任何要素，内容不同的列为冲突。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/store.py"/>
        <source>The journal {file} was damaged and is kept as {aside}; without it both sides are compared afresh: nothing is deleted, and what differs is a conflict.</source>
        <translation>交换日志 {file} 已损坏，另存为 {aside}；没有它，双方从头比较：不删除任何要素，内容不同的列为冲突。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>The key file {file} can be read by others; take their rights away (chmod 600).</source>
        <translation>密钥文件 {file} 可被他人读取；请取消他人的权限（chmod 600）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>The key file {file} holds less than {n} characters; make a longer key.</source>
        <translation>密钥文件 {file} 不足 {n} 个字符；请使用更长的密钥。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/keys.py"/>
        <source>The key {key} stands in {number} rows; leave it in one of them and empty it in the others.</source>
        <translation>唯一标识 {key} 出现在 {number} 行中；请只保留一行，其余清空。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>The last line of the file, END-ISO-10303-21, is missing.</source>
        <translation>文件缺少最后一行 END-ISO-10303-21。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>The layer '{layer}' of the project cannot be filtered by {filter}: correct the layer's filter.</source>
        <translation>工程中的图层“{layer}”无法按 {filter} 过滤：请改正该图层的过滤条件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local_edits.py"/>
        <source>The layer does not take it: {reason}.</source>
        <translation>图层不接受：{reason}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/local_sources.py"/>
        <source>The layer given as {parameter} cannot be opened; check the path and the layer name.</source>
        <translation>无法打开 {parameter} 给出的图层；请检查路径和图层名称。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/feature_layers.py"/>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>The layer given as {parameter} is empty; choose a layer with features.</source>
        <translation>{parameter} 给出的图层是空的；请选择有要素的图层。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>The layer has no field for {field} of the package; it is not taken over.</source>
        <translation>图层没有与交换包的 {field} 对应的字段；不带入本地。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The layer has no field for {field} of the platform; it stays as it is there.</source>
        <translation>图层没有与平台字段 {field} 对应的字段；平台上的该字段保持不变。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>The layer holds {here}, the package {there}; features with geometry are rejected.</source>
        <translation>图层的几何类型是{here}，交换包是{there}；有几何的要素被拒绝。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>The layer holds {here}, the package {there}; what cannot be turned into the other without loss is rejected.</source>
        <translation>图层的几何类型是{here}，交换包是{there}；不能无损转换的要素被拒绝。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The layer holds {here}, the platform {there}; features with geometry are rejected.</source>
        <translation>图层的几何类型是 {here}，平台是 {there}；有几何的要素被拒绝。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The layer holds {here}, the platform {there}; what cannot be turned into the other without loss is rejected.</source>
        <translation>图层的几何类型是 {here}，平台是 {there}；不能无损转换的要素被拒绝。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/feature_layers.py"/>
        <source>The layer is filtered, or only some of its features are selected.</source>
        <translation>该图层设有过滤条件，或只选中了部分要素。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/feature_layers.py"/>
        <source>The layer is in the format {format}, no GeoPackage.</source>
        <translation>该图层的格式为 {format}，不是 GeoPackage。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/feature_layers.py"/>
        <source>The layer is no plain table ({reason})</source>
        <translation>该图层不是普通的表（{reason}）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/feature_layers.py"/>
        <source>The layer is not in the CRS of the communities.</source>
        <translation>该图层与社区的坐标系不同。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/control_layer.py"/>
        <source>The layer of control points</source>
        <translation>控制点图层</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>The layer of extents</source>
        <translation>范围图层</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>The layer of the built-up area</source>
        <translation>建成区图层</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>The layer of the {layer} has {crs} and the units {other}; reproject it to the units' CRS.</source>
        <translation>{layer}图层的坐标系是 {crs}，体检单元的坐标系是 {other}；请把前者投影到体检单元的坐标系。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/pushlayer.py"/>
        <source>The layer or table to send. A filter or selection sends these features alone, and nothing is taken for deleted then.</source>
        <translation>要发送的图层或属性表。有过滤或选择时只发送这些要素，且不判定任何要素已删除。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The layer {layer} cannot be found in its file.</source>
        <translation>在文件中找不到图层 {layer}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/local_sources.py"/>
        <source>The layer {layer} has another CRS than its file.</source>
        <translation>图层 {layer} 的坐标系与其文件中的不同。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The layer {layer} has edits that are not saved.</source>
        <translation>图层 {layer} 有尚未保存的编辑。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/local_sources.py"/>
        <source>The layer {layer} has edits that are not saved; save or discard them and rerun.</source>
        <translation>图层 {layer} 有未保存的编辑；请保存或放弃后重新运行。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The layer {layer} has joined tables.</source>
        <translation>图层 {layer} 连接了其他表。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The layer {layer} has other fields than its file.</source>
        <translation>图层 {layer} 的字段与其文件不同。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The layer {layer} has virtual fields.</source>
        <translation>图层 {layer} 有虚拟字段。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The layer {layer} is in the format {format}.</source>
        <translation>图层 {layer} 的格式为 {format}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The layer {layer} is no file on this machine.</source>
        <translation>图层 {layer} 不是本机上的文件。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/local_sources.py"/>
        <source>The layer {layer} is no layer of a GeoPackage.</source>
        <translation>图层 {layer} 不是 GeoPackage 中的图层。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The layer {layer} is no layer of a file.</source>
        <translation>图层 {layer} 不是文件图层。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>The layer {layer} is opened with options of its own or in an archive.</source>
        <translation>图层 {layer} 以特殊选项打开，或位于压缩包内。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>The layer {layer} of {file} has no features.</source>
        <translation>{file} 中的图层 {layer} 没有要素。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>The layer {layer} of {file} has no geometry; choose a layer with features on the map.</source>
        <translation>{file} 中的图层 {layer} 没有几何；请选择有空间要素的图层。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>The layer {where} cannot be filtered by {filter}: give a checkup database.</source>
        <translation>图层 {where} 无法按 {filter} 过滤：请给出体检数据库。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>The layer {where} has no CRS: assign one before drawing the map.</source>
        <translation>图层 {where} 没有坐标系：请先设置坐标系，再绘制地图。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>The layer {where} is no {kind} layer and cannot be drawn as '{role}': give another layer for this role.</source>
        <translation>图层 {where} 不是{kind}图层，不能画成“{role}”：请为该角色另给图层。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/sheet.py"/>
        <source>The layout template {path} cannot be read ({reason}): check the path.</source>
        <translation>布局模板 {path} 无法读取（{reason}）：请检查路径。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/sheet.py"/>
        <source>The layout template {path} is no XML: save it again in the layout window of QGIS.</source>
        <translation>布局模板 {path} 不是 XML：请在 QGIS 的布局窗口中重新保存。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>The ledger of the year, a point per problem.</source>
        <translation>本年度的问题台账，每个问题一个点。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/sheet.py"/>
        <source>The map cannot be written to {path} ({reason}): check the folder's permissions and the free space.</source>
        <translation>地图无法写入 {path}（{reason}）：请检查文件夹权限和剩余空间。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>The map cannot read {where}: check that the file exists and holds this layer.</source>
        <translation>制图时无法读取 {where}：请检查文件是否存在、是否含有该图层。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/symbology.py"/>
        <source>The map has no style for the role '{role}': use water, green or road for the base map.</source>
        <translation>地图没有“{role}”这种角色的样式：底图请用 water、green 或 road。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/palette.py"/>
        <source>The map has no words in language '{language}': choose one of {languages}.</source>
        <translation>地图没有“{language}”这种语言的文字：请用 {languages} 之一。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>The map was cancelled; the project is as it was.</source>
        <translation>已取消制图；工程保持原状。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The mapping names a field {field} that the layer does not have; its fields are: {fields}.</source>
        <translation>字段映射中写了图层没有的字段 {field}；图层的字段：{fields}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>The model does not say its unit of length; metres are assumed.</source>
        <translation>模型没有说明长度单位；按米处理。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_location.py"/>
        <source>The model gives no true north; its y axis was taken to point there.</source>
        <translation>模型没有给出真北方向；已按其 y 轴指向真北处理。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/read.py"/>
        <source>The model states a height of {stated:.2f} m, its faces one of {modelled:.2f} m.</source>
        <translation>模型注明的高度为 {stated:.2f} 米，由其面得到的高度为 {modelled:.2f} 米。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/case.py"/>
        <source>The model states no length unit; metres were assumed.</source>
        <translation>模型没有注明长度单位；已按米处理。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>The names of the {level} layer are garbled ({example}); set the layer's encoding (GBK or UTF-8) in its properties under Source and rerun.</source>
        <translation>{level}图层的名称是乱码（{example}）；请在图层属性的“源”页设置编码（GBK 或 UTF-8），再重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/house_description.py"/>
        <source>The options of connection {connection} do not describe collection {name}; describe its rows and requests there.</source>
        <translation>连接“{connection}”的选项没有描述数据集 {name}；请在其中写明它的数据行和请求。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/house_description.py"/>
        <source>The options of the connection do not say how collection {name} is asked to {kind}: there is no url.</source>
        <translation>连接的选项没有说明怎样对数据集 {name} 执行 {kind}：缺少 url。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/house_description.py"/>
        <source>The options of the connection have no {name} in {place}.</source>
        <translation>连接的选项中，{place} 缺少 {name}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>The other side has no name; give one as PARTNER.</source>
        <translation>没有给出对方的名称；请用 PARTNER 指定。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/partitions.py"/>
        <source>The output {folder} lies in the folder of the parts; choose another folder.</source>
        <translation>输出文件夹 {folder} 位于分片文件夹之内；请另选文件夹。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>The package does not hold all features of the partner; nothing is taken for deleted.</source>
        <translation>交换包不含对方的全部要素；不判定任何要素已删除。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>The package has no field {remote}; {field} is not exchanged.</source>
        <translation>交换包中没有字段 {remote}；{field} 不交换。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>The package has the collections {known}; choose one of them as COLLECTION.</source>
        <translation>交换包中的数据集有 {known}；请用 COLLECTION 选择其中一个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package.py"/>
        <source>The package has {n} features in {collection} and speaks of {wanted}; have it sent again.</source>
        <translation>交换包的 {collection} 中有 {n} 个要素，清单上是 {wanted} 个；请对方重新发送。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_history.py"/>
        <source>The package was made at {created}, before the one of {partner} that was imported last ({newest}), and would bring back what was edited since; ask for a new one, or allow it with ALLOW_OLDER.</source>
        <translation>该交换包制作于 {created}，早于上次导入的 {partner} 的交换包（{newest}），导入会使此后的改动退回；请索取新的交换包，或用 ALLOW_OLDER 允许。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>The package was made by {producer} at {created}.</source>
        <translation>交换包由 {producer} 于 {created} 制作。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>The package {file} has no {name}; have it sent again.</source>
        <translation>交换包 {file} 中缺少 {name}；请对方重新发送。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>The package {file} holds more files than a package has; it was not opened.</source>
        <translation>交换包 {file} 中的文件多于应有的数目；没有打开。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>The package {file} holds {name}, which no package has; it was not opened.</source>
        <translation>交换包 {file} 中有不属于交换包的 {name}；没有打开。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>The package {file} is encrypted; have it sent without.</source>
        <translation>交换包 {file} 已加密；请对方发送未加密的交换包。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>The package {file} is not signed; have it signed, or import it without a key file.</source>
        <translation>交换包 {file} 没有签名；请对方签名，或不用密钥文件导入。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package.py"/>
        <source>The package {file} is not what it says of itself ({what}); have it made anew.</source>
        <translation>交换包 {file} 的内容与其说明不符（{what}）；请对方重新制作。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package.py"/>
        <source>The package {file} is of version {version}, which this CityCheck does not know; update CityCheck.</source>
        <translation>交换包 {file} 的版本是 {version}，当前 CityCheck 不能识别；请更新 CityCheck。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>The package {file} unpacks to far more than it should; it was not opened.</source>
        <translation>交换包 {file} 解压后远超应有的大小；没有打开。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/importpackage.py"/>
        <source>The package's file, or its folder.</source>
        <translation>交换包文件，或其文件夹。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>The part {file}</source>
        <translation>分片 {file}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>The part {file} has no column {column}; all parts need the same columns.</source>
        <translation>分片 {file} 没有列 {column}；各分片的列须相同。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>The platform answered a write to {address} with a redirect to {location}; correct the connection's address, and check the authentication configuration.</source>
        <translation>向 {address} 写入时，平台的应答是重定向到 {location}；请改正连接的地址，并检查认证配置。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_writing.py"/>
        <source>The platform answers a transaction with {root}; probe it.</source>
        <translation>平台对事务的应答是 {root}；请探测平台。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_service.py"/>
        <source>The platform answers with {root} {version}; a WFS of version 1.1.0 or 2.0.0 is needed.</source>
        <translation>平台应答的是 {root} {version}；需要 1.1.0 或 2.0.0 版的 WFS。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>The platform answers; collections: {n}.</source>
        <translation>平台有应答；数据集：{n} 个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>The platform asks for a sign-in at {address} ({reason}); choose an authentication configuration for the connection.</source>
        <translation>平台要求在 {address} 登录（{reason}）；请为连接选择认证配置。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_writing.py"/>
        <source>The platform changed {n} features where {expected} were sent; stop, and look at the collection before you go on.</source>
        <translation>发送了 {expected} 个要素，平台却修改了 {n} 个；请先停下，检查该数据集后再继续。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The platform demands values for {fields}, and the layer has no such fields; where it does not fill them in itself, new features are rejected.</source>
        <translation>平台要求填写 {fields}，而图层没有这些字段；如果平台不自行补全，新要素将被拒绝。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/sign_in.py"/>
        <source>The platform did not accept the sign-in ({reason}); check the authentication configuration.</source>
        <translation>平台不接受登录（{reason}）；请检查认证配置。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>The platform did not do it, and did not say why.</source>
        <translation>平台没有执行，也没有说明原因。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>The platform does not accept the credentials at {address} ({reason}); check the authentication configuration and run again: what was done so far is kept.</source>
        <translation>平台在 {address} 不接受凭据（{reason}）；请检查认证配置后重新运行，已完成的部分保留。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_service.py"/>
        <source>The platform does not describe the fields of collection {collection} in a form that is understood.</source>
        <translation>平台对数据集 {collection} 的字段描述无法识别。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The platform does not have it any more; run again.</source>
        <translation>平台上已没有该要素；请重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>The platform does not keep it: what was sent is gone or cut short there.</source>
        <translation>平台没有保留它：发送的值在平台上丢失或被截断。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The platform does not let any of the changed fields be edited.</source>
        <translation>改动的字段在平台上都不可编辑。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/pushlayer.py"/>
        <source>The platform does not let collection {collection} be written; ask its operator for the right to edit it, or probe the platform if it should.</source>
        <translation>平台不允许写入数据集 {collection}；请向平台管理员申请编辑权限，如果本应可写，请探测平台。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform does not let features be written in this way.</source>
        <translation>平台不允许这样写入要素。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The platform does not let field {field} be edited; it is only read.</source>
        <translation>平台不允许编辑字段 {field}；该字段只读取。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform does not let this field be written.</source>
        <translation>平台不允许写入该字段。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>The platform exchanges x and y of what it is sent; probe it, or set the axis order of the connection for writing, and run again.</source>
        <translation>平台把收到的 x 与 y 对调；请探测平台，或在连接中设置写入时的坐标轴顺序，再重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>The platform failed at each of the first {n} features, so nothing else was sent; tell its operator what it says ({reason}).</source>
        <translation>平台对前 {n} 个要素全部出错，因此没有再发送；请把平台的说明告知其运维人员（{reason}）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>The platform failed at {method} {address}: {reason}; what it did of it is not known, so run again.</source>
        <translation>平台执行 {method} {address} 时出错：{reason}；无法得知已执行多少，请重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_requests.py"/>
        <source>The platform gave a feature of collection {collection} no id, without which it cannot be changed; nothing was sent, probe the platform.</source>
        <translation>平台没有给数据集 {collection} 的一个要素 id，没有 id 就无法修改；没有发送任何内容，请探测平台。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_reading.py"/>
        <source>The platform gave a feature of collection {collection} the id “{id}”, which has no address of its own; the request was not sent.</source>
        <translation>平台给数据集 {collection} 的一个要素的 id 是“{id}”，它没有自己的地址；没有发送请求。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform gave {n} features twice while it was read page by page, so others may be missing; nothing is taken for deleted.</source>
        <translation>逐页读取时平台重复返回了 {n} 个要素，其他要素可能遗漏；不判定任何要素已删除。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/geojson.py"/>
        <location filename="../citycheck_qgis/cim/adapters/wfs.py"/>
        <source>The platform gives feature {feature} of collection {collection} a geometry that cannot be read ({reason}); have it repaired there.</source>
        <translation>平台返回的数据集 {collection} 的要素 {feature} 几何无法读取（{reason}）；请在平台上修复。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>The platform gives the feature no id by which it could be changed or deleted; check where the connection says that the id is.</source>
        <translation>平台没有给出该要素的 id，无法据此修改或删除；请检查连接中 id 的位置。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>The platform gives these back otherwise than they were sent; that counts as no edit.</source>
        <translation>平台返回的内容与发送的不同；这不算改动。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform gives {n} features in a coarser form than at the last exchange (rounded coordinates, numbers or times); the layer keeps its own. It may have been updated or read in another format; probe it again.</source>
        <translation>平台给出的 {n} 个要素比上次交换时粗略（坐标、数值或时间被舍入）；图层保留自己的值。平台可能已更新，或以另一种格式读取；请重新探测。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform had a second copy of {key} that we had made; it was removed.</source>
        <translation>平台上有我们造成的 {key} 的第二份；已删除。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>The platform has a new address</source>
        <translation>平台换了地址</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform has it under the key {stored}; give features keys as the platform writes them (small letters, no braces, no longer than its field).</source>
        <translation>平台把它存为唯一标识 {stored}；请按平台的写法给要素编唯一标识（小写，不带花括号，不超过字段长度）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform has it without its key; let it keep what is sent as the key, or name another field as the key.</source>
        <translation>平台存下了它，但没有唯一标识；请让平台保留作为唯一标识发送的值，或指定另一个字段为唯一标识。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_service.py"/>
        <source>The platform has no collection {collection}; it has {names}.</source>
        <translation>平台上没有数据集 {collection}；现有：{names}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The platform has no field {remote}; {field} is not exchanged.</source>
        <translation>平台没有字段 {remote}；{field} 不交换。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_inputs.py"/>
        <source>The platform has none of the fields of the status ({fields}), or in another form, so no status would ever be sent; correct the connection's fields, or send all fields.</source>
        <translation>平台没有状态字段（{fields}），或其形式不同，状态永远不会发送；请改正连接的字段，或发送全部字段。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform has not done it; it is planned again.</source>
        <translation>平台没有执行；已重新列入计划。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform has numbered its features anew: {n} of the {changed} that have changed hold what another one held before, so what was added here would come to stand at others; pull into a new layer, or name a field that holds a key in the connection.</source>
        <translation>平台给要素重新编号了：{changed} 个有变化的要素中，{n} 个的内容原属于别的要素，本地补充的内容会落到别的要素上；请拉取到新图层，或在连接中指定含唯一标识的字段。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform has said that it made it and does not show it; it is not sent again before a reading of the whole platform has shown that it is not there.</source>
        <translation>平台表示已新增，却没有显示；在读完整个平台、确认没有它之前，不会再次发送。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>The platform has taken the new feature {key} and does not show it under its key; nothing else was sent. {reason}</source>
        <translation>平台接收了新要素 {key}，却没有以它的唯一标识显示；没有发送其他内容。{reason}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/doubles.py"/>
        <source>The platform has {n} features with this key; delete there those that are too many, or give them keys of their own.</source>
        <translation>平台上有 {n} 个要素使用这一唯一标识；请在平台上删除多余的，或给它们各自的唯一标识。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_reading.py"/>
        <source>The platform leads in a circle through the pages of collection {collection}; probe it, or ask for smaller pages.</source>
        <translation>平台给出的数据集 {collection} 的分页循环往复；请探测平台，或减小每页要素数。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/origins.py"/>
        <source>The platform names an address at another host ({address}); it was not asked, and no credentials were sent there: if it belongs to the platform, add {origin} to the connection's other origins.</source>
        <translation>平台给出了另一主机上的地址（{address}）；没有访问，也没有向其发送凭据。如果它属于该平台，请把 {origin} 加入连接的“其他允许的源”。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/origins.py"/>
        <source>The platform names {address}, which is no http address; it was not asked.</source>
        <translation>平台给出的 {address} 不是 http 地址；没有访问。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>The platform redirects writes to {address} to {location}; enter that address in the connection.</source>
        <translation>平台把对 {address} 的写入重定向到 {location}；请在连接中改填该地址。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>The platform redirects {address} again and again; check the connection's address.</source>
        <translation>平台反复重定向 {address}；请检查连接的地址。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/origins.py"/>
        <source>The platform redirects {address} to another host ({location}); it was not followed, and no credentials were sent there: correct the connection's address if it has moved.</source>
        <translation>平台把 {address} 重定向到另一主机（{location}）；没有跟随，也没有向其发送凭据。如果平台已迁移，请改正连接的地址。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_writing.py"/>
        <source>The platform refused a transaction: {reason}.</source>
        <translation>平台拒绝了事务：{reason}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>The platform refused {method} {address}: {reason}; {remedy}.</source>
        <translation>平台拒绝了 {method} {address}：{reason}；{remedy}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>The platform says that it is done and does not show it; run again.</source>
        <translation>平台称已执行，但读不到结果；请重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform speaks of {matched} features and gave {read}.</source>
        <translation>平台称有 {matched} 个要素，实际返回 {read} 个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform stopped before its last page; nothing is taken for deleted.</source>
        <translation>平台在最后一页之前就停止了；不判定任何要素已删除。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/base.py"/>
        <source>The platform stopped in the middle of collection {collection}; run again, and probe the platform if it happens again.</source>
        <translation>数据集 {collection} 读到中途，平台停止返回；请重新运行，若再次出现请探测平台。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/geojson.py"/>
        <source>The platform's answer for collection {collection} holds something that is no feature; probe the platform.</source>
        <translation>平台对数据集 {collection} 的应答中含有不是要素的内容；请探测平台。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network_failures.py"/>
        <source>The platform's certificate is not trusted ({reason}); add the certificate of its authority to the connection, or to QGIS's certificates.</source>
        <translation>平台的证书不受信任（{reason}）；请把签发机构的证书加入连接，或加入 QGIS 的证书。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The platform's field {field} holds keys of {length} characters at most, and {key} has {n}; make the field longer there, or give shorter keys.</source>
        <translation>平台的字段 {field} 最多容纳 {length} 个字符的唯一标识，而 {key} 有 {n} 个；请在平台上加长字段，或使用较短的唯一标识。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>The platform's name of the collection: feature type, layer number, dataset.</source>
        <translation>平台上数据集的名称：要素类型、图层编号或数据集名。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>The platform's side of the conflicts with all values and the geometry.</source>
        <translation>冲突的平台一方，含全部值和几何。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/read.py"/>
        <source>The polygon is smaller than {least} m².</source>
        <translation>多边形小于 {least} 平方米。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/problems/survey.py"/>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>The problem layer {name}</source>
        <translation>问题图层“{name}”</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/workers.py"/>
        <source>The process that reads models cannot start ({reason}); check that ifcopenshell, shapely and pyproj can be imported by {program}.</source>
        <translation>读取模型的进程无法启动（{reason}）；请检查 {program} 能否导入 ifcopenshell、shapely 和 pyproj。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/symbology.py"/>
        <source>The project has no layer of the role '{role}', which the sheet needs: write a new project file.</source>
        <translation>工程中没有图幅所需的“{role}”角色图层：请写入新的工程文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/sheet.py"/>
        <source>The project has no layout '{layout}' (it has: {names}): give the name of one of them.</source>
        <translation>工程中没有布局“{layout}”（现有：{names}）：请给出其中一个的名称。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>The project {path} cannot be read ({reason}): repair, move or rename it.</source>
        <translation>工程 {path} 无法读取（{reason}）：请修复、移走或改名。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>The project {path} cannot be written ({reason}): check the folder's permissions and space.</source>
        <translation>工程 {path} 无法写入（{reason}）：请检查文件夹权限和剩余空间。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>The reading of the platform did not come to its end.</source>
        <translation>平台没有读完。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/taking.py"/>
        <source>The reading of the platform missed it; it is there.</source>
        <translation>读取平台时遗漏了该要素；它仍在平台上。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/tally.py"/>
        <source>The roll-up asks for {name} twice; leave one out or rename the column.</source>
        <translation>统计项 {name} 出现了两次；请去掉一个或给列改名。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/tally.py"/>
        <source>The roll-up {part} names no column {column} of the feature layer; its columns are {columns}.</source>
        <translation>统计项 {part} 中的 {column} 不是要素图层的列；该图层的列为 {columns}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/read.py"/>
        <source>The roof surfaces do not cover the building; its roofprint is made of all faces.</source>
        <translation>屋顶面没有盖满建筑；屋顶轮廓由全部面构成。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>The roofprint and the ground print of each building whose place is known, with height, storeys, areas, year, how they were found, a quality and the codes of all warnings.</source>
        <translation>每栋位置已知的建筑的屋顶轮廓和基底轮廓，带高度、层数、面积、年份、取得方法、质量和全部警告代码。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/keys.py"/>
        <source>The row has no key in field {field}; give it one.</source>
        <translation>该行的字段 {field} 中没有唯一标识；请补上。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/keys.py"/>
        <source>The row has no key: {fields} must not be empty.</source>
        <translation>该行没有唯一标识：{fields} 不能为空。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local_edits.py"/>
        <source>The row was changed here meanwhile; run again.</source>
        <translation>该行其间在本地被修改；请重新运行。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>The rows whose unit is not on the map.</source>
        <translation>单元不在图上的行。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <source>The run fails when a larger share of the footprints finds no building.</source>
        <translation>找不到建筑的轮廓超过这一比例时，运行报错。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>The run fails when a larger share of the rows is unmatched or outside all units.</source>
        <translation>未匹配或在所有单元之外的行超过这一比例时，运行报错。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/schedulers.py"/>
        <location filename="../processing_algorithms/sources.py"/>
        <source>The run was cancelled; nothing was written.</source>
        <translation>运行已取消；没有写入任何内容。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/store.py"/>
        <source>The run was stopped before it was sent; it is planned again.</source>
        <translation>运行在发送之前停止；已重新列入计划。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/careful_connections.py"/>
        <location filename="../processing_algorithms/exchange/exchange_inputs.py"/>
        <source>The run was stopped.</source>
        <translation>运行已停止。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>The run was stopped; test features are left on the platform (keys {keys}): delete them there.</source>
        <translation>运行已停止；平台上留有测试要素（唯一标识 {keys}），请在平台上删除。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_inputs.py"/>
        <source>The run was stopped; what was done so far is in the journal, and the next run goes on from there.</source>
        <translation>运行已停止；已完成的部分记录在交换日志中，下次运行从那里继续。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>The same on both sides already</source>
        <translation>双方已一致</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/sample.py"/>
        <source>The sample register is empty: no unit counts as surveyed.</source>
        <translation>样本名单是空的：没有任何单元算作已体检。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/checkup.py"/>
        <source>The sample register {file} has no unit of {year}; choose another year or add its rows.</source>
        <translation>样本名单 {file} 中没有 {year} 年的单元；请换一个年度，或补上该年度的行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>The schema {schema} is read as its relative {read_as}; what differs may be missing.</source>
        <translation>模式 {schema} 按与其相近的 {read_as} 读取；两者不同的内容可能缺失。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/cityjson.py"/>
        <source>The sequence has no header, so that its transform is not known.</source>
        <translation>序列没有文件头，因此其坐标变换参数（transform）未知。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>The settings of the protocol</source>
        <translation>协议设置</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>The sheet has no language {language}; choose zh or en.</source>
        <translation>图幅没有 {language} 这种语言；请用 zh 或 en。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/places.py"/>
        <location filename="../citycheck_qgis/footprints/layers.py"/>
        <source>The shift between the datums of {old} and {new} is not known; the place may be off by metres to hundreds of metres.</source>
        <translation>{old} 与 {new} 的基准之间的转换参数未知；位置可能偏差几米至几百米。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/displacement.py"/>
        <source>The shift of {length:.0f} m is that of GCJ-02 at this place: the {layer} are probably in GCJ-02 coordinates under another name.</source>
        <translation>偏移 {length:.0f} 米正是此处 GCJ-02 的偏移量：{layer}很可能是 GCJ-02 坐标，却标成了别的坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>The signature of the package {file} was made with another key or for other files; ask its sender.</source>
        <translation>交换包 {file} 的签名用的是另一密钥，或针对的是其他文件；请询问发送方。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <source>The spatial index of {layer} does not fit its features; the geometries were read one by one, which takes longer. Create the layer's spatial index anew to repair it.</source>
        <translation>{layer} 的空间索引与其要素不符，已改为逐个读取几何，耗时较长。重建该图层的空间索引即可修复。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>The street by largest overlap is another than the community's own street for {n} features.</source>
        <translation>有 {n} 个要素，重叠最大的街道不是所在社区所属的街道。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/palette.py"/>
        <source>The style file {path} is missing: install the plugin again.</source>
        <translation>缺少样式文件 {path}：请重新安装插件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/palette.py"/>
        <source>The style file {path} is not valid JSON at line {line}: {reason}; correct it there.</source>
        <translation>样式文件 {path} 第 {line} 行不是有效的 JSON：{reason}；请在该处改正。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/symbology.py"/>
        <source>The style of table {table} cannot be saved in {path} ({reason}): check the file's permissions.</source>
        <translation>表 {table} 的样式无法存入 {path}（{reason}）：请检查文件权限。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/columns.py"/>
        <source>The table</source>
        <translation>表</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>The table and the layers of both sides also have the conflicts that were resolved or have come to an end: the side that lost is kept whole.</source>
        <translation>表和双方图层中也包括已解决或已结束的冲突：未被采用的一方完整保留。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/layouts.py"/>
        <source>The table in {table} has a column of indicators but neither a value column (体检值, 数值, 指标值) nor columns named after units; name the column of the values.</source>
        <translation>{table} 中的表有指标列，却既没有值列（体检值、数值、指标值），也没有以单元命名的列；请给值列写上列名。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/layouts.py"/>
        <source>The table in {table} has no column with a unit code (社区代码, 街道代码, 代码) or a unit name (社区名称, 街道名称, 名称); add one or name it so.</source>
        <translation>{table} 中的表没有单元代码列（社区代码、街道代码、代码），也没有单元名称列（社区名称、街道名称、名称）；请补上一列，或改成这样的列名。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/layouts.py"/>
        <source>The table in {table} has one value column and names no unit, and the city it belongs to is not known ({found}); give the code of the city as it stands in the unit table.</source>
        <translation>{table} 中的表只有一列值，没有写明单元，也不知道属于哪个市（{found}）；请给出单元表中该市的代码。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/layouts.py"/>
        <source>The table in {table} holds no known indicator: none of its headers ({headers}) is an id, name or alias of the {count} indicators of the system; correct the headers or add aliases to the indicator system.</source>
        <translation>{table} 中的表没有可识别的指标：表头（{headers}）都不是体系内 {count} 项指标的编号、名称或别名；请改正表头，或在指标体系中补充别名。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>The table of resolutions is missing; give it as RULES, or choose a side for all.</source>
        <translation>缺少解决方案表；请用 RULES 给出，或选择全部以某一方为准。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>The table of resolutions needs a column side and a column conflict_id or key; take the table of conflicts that resolveconflicts writes and fill in side.</source>
        <translation>解决方案表须有 side 列，以及 conflict_id 或 key 列；请用 resolveconflicts 写出的冲突表，并填写 side 列。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/database.py"/>
        <source>The table {table} of {file} has no column {column}, so it was not made by CityCheck; choose another database.</source>
        <translation>{file} 中的表 {table} 没有列 {column}，不是由 CityCheck 生成的；请另选数据库。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/symbology.py"/>
        <source>The table {table} of {path} cannot be opened: check that the file is a checkup database.</source>
        <translation>{path} 中的表 {table} 无法打开：请检查该文件是否为体检数据库。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>The test broke off without saying why; QGIS's log messages may tell more.</source>
        <translation>测试中断，原因不明；可查看 QGIS 的日志消息。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>The test feature {key} could not be removed; remove it on the platform.</source>
        <translation>测试要素 {key} 无法删除；请在平台上删除。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>The test was stopped.</source>
        <translation>测试已停止。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local_edits.py"/>
        <source>The text in {field} holds a character that no layer can hold.</source>
        <translation>{field} 中的文字含有任何图层都不能保存的字符。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local_edits.py"/>
        <source>The text in {field} is longer than the {length} characters that the field holds; make the field longer.</source>
        <translation>{field} 中的文字超过字段长度 {length} 个字符；请加大字段长度。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>The text is longer than the {length} characters of the platform's field {field}.</source>
        <translation>文字超过平台字段 {field} 的长度 {length} 个字符。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <source>The text of {file} is in none of the encodings UTF-8 and GB18030; save the table as UTF-8 CSV.</source>
        <translation>{file} 的文字既不是 UTF-8 编码，也不是 GB18030 编码；请把该表另存为 UTF-8 的 CSV。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>The thresholds of {n} indicators that were judged are unverified: {ids}.</source>
        <translation>参与评价的指标中，有 {n} 项的评价标准未经核实：{ids}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/cityjson.py"/>
        <source>The transform of the file, or of a feature of it, is not a scale and a translate of three numbers each, so that the buildings under it have no polygon and no place; have the model exported again.</source>
        <translation>文件或其中某个要素的 transform 不是各由三个数组成的 scale 和 translate，因此相应的建筑没有多边形，也没有位置；请重新导出模型。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>The units have none of the levels {levels}; add their boundaries or choose other levels.</source>
        <translation>体检单元中没有{levels}这些层级；请补充其边界，或另选层级。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>The value of {parameter} holds a user name, password or token; it was not used. Change that password if others can see this log, and give the id of an authentication configuration instead.</source>
        <translation>{parameter} 的值含用户名、密码或令牌；没有使用。如果他人能看到这份日志，请更改该密码，并改用认证配置的 ID。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>The value table has no column {column}; give a table that importvalues has written.</source>
        <translation>指标值表没有列 {column}；请给出由“导入指标值”（importvalues）写出的表。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/rollup.py"/>
        <source>The values as they came, and those of the levels above.</source>
        <translation>原有的值，以及以上各层级的汇总值。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <source>The workbook {file} is damaged ({problem}); open it in a spreadsheet program and save it again as .xlsx.</source>
        <translation>工作簿 {file} 已损坏（{problem}）；请用电子表格软件打开，重新另存为 .xlsx。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/schedulers.py"/>
        <source>The worker {worker} cannot do the work ({reason}); all workers need the packages of requirements.txt and requirements-cluster.txt.</source>
        <translation>工作进程 {worker} 无法工作（{reason}）；所有工作进程都需要 requirements.txt 和 requirements-cluster.txt 中的包。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/schedulers.py"/>
        <source>The worker {worker} runs Python {found}, this is Python {version}; all machines of a cluster need the same one.</source>
        <translation>工作进程 {worker} 使用 Python {found}，而此处为 Python {version}；集群各机器的版本须相同。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/coordinates.py"/>
        <source>The working CRS {crs} enlarges areas with the latitude; choose another projected CRS such as EPSG:4547.</source>
        <translation>工作坐标系 {crs} 的面积随纬度放大；请另选投影坐标系，例如 EPSG:4547。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/coordinates.py"/>
        <source>The working CRS {crs} is not projected in metres; choose a projected CRS such as EPSG:4547.</source>
        <translation>工作坐标系 {crs} 不是以米为单位的投影坐标系；请选择投影坐标系，例如 EPSG:4547。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/sample.py"/>
        <source>The year of the sample in {table} is not known; give the year or add a column 年度.</source>
        <translation>不知道 {table} 中的样本属于哪个年度；请给出年度，或增加“年度”列。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>The year of the values in {table} is not known; give the year or add a column 年度.</source>
        <translation>不知道 {table} 中的值属于哪个年度；请给出年度，或增加“年度”列。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>The {level} layer</source>
        <translation>{level}图层</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>The {level} layer is empty; choose a layer with boundaries, or leave it out.</source>
        <translation>{level}图层是空的；请选择有边界的图层，或者不给出。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Theirs</source>
        <translation>平台</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Theirs: what the platform has</source>
        <translation>平台：以平台为准</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/pivot.py"/>
        <source>There are no units of level {level}; give their boundaries.</source>
        <translation>没有{level}层级的单元；请给出其边界。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/pivot.py"/>
        <source>There are no values of {year} in the value table (its years: {years}); choose another year.</source>
        <translation>指标值表中没有 {year} 年的值（现有年度：{years}）；请换一个年度。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>There is a connection {connection} already; choose another name.</source>
        <translation>已有连接“{connection}”；请换一个名称。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>There is a connection “{name}” already. Replace it?</source>
        <translation>已有连接“{name}”。要替换吗？</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/database.py"/>
        <source>There is no checkup database {file}; run the checkup first or choose another file.</source>
        <translation>体检数据库 {file} 不存在；请先运行体检，或另选文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>There is no community layer; give the boundaries of the communities (社区).</source>
        <translation>没有社区图层；请给出社区边界。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <source>There is no connection {name}; the known ones are {known}: choose one, or the path of a connection's file.</source>
        <translation>没有连接“{name}”；现有连接：{known}。请从中选择，或给出连接文件的路径。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>There is no exchange package {file}; choose another file.</source>
        <translation>交换包 {file} 不存在；请另选文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/partitions.py"/>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>There is no file {file}; check the path, which must be the same on all machines of a cluster.</source>
        <translation>没有文件 {file}；请检查路径，它在集群所有机器上须相同。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/tables.py"/>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>There is no file {file}; check the path.</source>
        <translation>文件 {file} 不存在；请检查路径。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>There is no folder {folder}; check the path.</source>
        <translation>文件夹 {folder} 不存在；请检查路径。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/systems.py"/>
        <source>There is no indicator system {source!r}; give one of {editions} or the path of a file.</source>
        <translation>没有指标体系“{source}”；请用 {editions} 之一，或给出文件路径。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>There is no journal {file}; it lies beside the layer's file once a push, pull or sync has run.</source>
        <translation>交换日志 {file} 不存在；运行过推送、拉取或同步后，它位于图层文件旁。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>There is no open conflict.</source>
        <translation>没有未解决的冲突。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>There is no rule {rule!r} for the area of 3D data; choose one of {rules}.</source>
        <translation>三维数据面积没有“{rule}”这种规则；请用 {rules} 之一。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/checkup.py"/>
        <source>There is no sample register: no unit can be said to be without problems.</source>
        <translation>没有样本名单：不能说任何单元没有问题。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/pivot.py"/>
        <source>There is no value of indicator {indicator}; check its id.</source>
        <translation>没有指标 {indicator} 的值；请检查指标编号。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/geometries.py"/>
        <source>There is no way from the CRS {source} to {target}; choose another CRS for the exchange.</source>
        <translation>坐标系 {source} 无法转换到 {target}；请另选交换用的坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_history.py"/>
        <source>This package of {partner} (made at {created}) was imported already; ask for a new one, or allow it with ALLOW_OLDER.</source>
        <translation>{partner} 的这个交换包（制作于 {created}）已经导入过；请索取新的交换包，或用 ALLOW_OLDER 允许。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>This was a preview: nothing was changed on either side.</source>
        <translation>本次为预演：双方都没有改动。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/ifcfootprints.py"/>
        <source>Time limit per file (s)</source>
        <translation>每个文件的时间上限（秒）</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>To be changed by the partner</source>
        <translation>待对方修改</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>To be deleted by the partner</source>
        <translation>待对方删除</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>To be made by the partner</source>
        <translation>待对方新增</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Trusted certificates</source>
        <translation>受信任的证书</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>Two buildings of the file have the same GlobalId.</source>
        <translation>文件中有两栋建筑的 GlobalId 相同。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package.py"/>
        <source>Two features of {collection} have the same key, or one has none; give each its own.</source>
        <translation>{collection} 中有要素的唯一标识重复或缺失；请给每个要素各自的唯一标识。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Two fields of collection {collection} go to the platform's field {field}; change one.</source>
        <translation>数据集 {collection} 有两个字段对应平台字段 {field}；请修改其中一个。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Two layers are called {name}; a package has one collection of a name: rename one of them.</source>
        <translation>有两个图层都叫 {name}；交换包中的数据集不能同名，请给其中一个改名。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>Unchanged</source>
        <translation>无变化</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/checkboundaries.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Units</source>
        <translation>体检单元</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>Units above level {level} cannot be derived: some {level} codes are not official ones.</source>
        <translation>{level}以上的单元无法推出：有的{level}代码不是正式的区划代码。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/checkboundaries.py"/>
        <source>Units of all levels with code, level, name and parent.</source>
        <translation>全部层级的单元，带代码、层级、名称和上级。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>Units with indicators</source>
        <translation>带指标的单元</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Unmatched</source>
        <translation>未匹配</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Urban area</source>
        <translation>城区</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Use mark</source>
        <translation>使用标记</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>User name, password and token stay in the encrypted store of QGIS; the connection holds no more than the id of the configuration.</source>
        <translation>用户名、密码和令牌保存在 QGIS 的加密存储中；连接只记录认证配置的 ID。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>Value</source>
        <translation>体检值</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Value tables</source>
        <translation>指标附表</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <location filename="../processing_algorithms/indicators/importvalues.py"/>
        <location filename="../processing_algorithms/indicators/rollup.py"/>
        <location filename="../processing_algorithms/inputs.py"/>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>Values</source>
        <translation>指标值</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/rollup.py"/>
        <source>Values of all levels</source>
        <translation>各层级的指标值</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/rollup.py"/>
        <source>Values that were rolled up</source>
        <translation>汇总得到的值</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/indicators/joinindicators.py"/>
        <source>Values without a unit</source>
        <translation>没有对应单元的值</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <source>Verdicts</source>
        <translation>评价</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Wait for a connection</source>
        <translation>连接超时</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Wait for an answer</source>
        <translation>应答超时</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Waiting for the next run</source>
        <translation>待下次运行</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Waiting: not known yet, or changed during the run; the next run goes on with it</source>
        <translation>待下次：情况尚不明确，或运行期间有变化；下次运行继续处理</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <source>Water</source>
        <translation>水系</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>What became of the features</source>
        <translation>要素的处理结果</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>What that means</source>
        <translation>影响</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>What the platform does</source>
        <translation>平台的表现</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <source>What the platform gives back otherwise than it was sent: field, sent, stored, the cause.</source>
        <translation>平台返回的内容与发送的不同之处：字段、发送值、存储值、原因。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>What the table of figures has besides the number of features, divided by semicolons: a column to add up, a / b for the rate of two sums, a by w for the mean of a weighted by w.</source>
        <translation>统计表中除要素数以外的项目，用分号隔开：列名表示求和，a / b 表示两个合计之比，a by w 表示以 w 加权的 a 的平均值。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>What was done</source>
        <translation>执行的操作</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>What was found</source>
        <translation>发现</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>What was looked at, what the platform does and what that means; without a collection, the collections.</source>
        <translation>探测项目、平台的表现及其影响；不指定数据集时为数据集列表。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Where the features should lie, to tell the axis order by; empty: China.</source>
        <translation>要素应在的范围，用来判断坐标轴顺序；留空则为全国范围。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>Which side holds for the open conflicts. A deletion is a side as well.</source>
        <translation>未解决的冲突以哪一方为准。删除也算一方的内容。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>Who does the parts. Empty: this process, one after the other; local: processes on this machine; or the address of a dask scheduler, such as tcp://host:8786, whose workers see the folders under the same paths.</source>
        <translation>由谁处理分片。留空：本进程逐片处理；local：本机多进程；或 dask 调度器的地址，例如 tcp://host:8786，其工作进程须能以同一路径访问各文件夹。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Who sends the package, as it is to stand in the manifest.</source>
        <translation>发送交换包的单位，写入清单。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Who signs it, as it is to stand in the manifest of a signed package.</source>
        <translation>签名人，写入带签名的交换包的清单。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_parameters.py"/>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Withheld by the rules</source>
        <translation>按规则未执行</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_words.py"/>
        <source>Withheld by the rules of this run</source>
        <translation>按本次运行的规则未执行</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>Without a layer of the built-up area all of each unit counts as built up; where there is open country in it, the share is too low.</source>
        <translation>没有建成区图层，各单元全部计为建成区；单元内有非建设用地时，比例偏低。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>Work in parts needs {package}, which is not installed: run '{command}' and restart QGIS.</source>
        <translation>分片工作需要 {package}，尚未安装：请运行 {command} 并重启 QGIS。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Working CRS</source>
        <translation>工作坐标系</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>Write the findings on the collection into the connection's file.</source>
        <translation>把对该数据集的探测结果写入连接文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>Writes a file for a colleague: without sign-in and without paths of this machine.</source>
        <translation>写出可交给同事的文件：不含登录信息，也不含本机路径。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>Writes layers as an exchange package: one file with a GeoPackage, a manifest and checksums, signed if a key is given. It holds all features, the keys of those that were deleted, and of each the hash of the last agreed state, so that importpackage on the other side merges instead of overwriting.</source>
        <translation>把图层写成交换包：一个文件，内含 GeoPackage、清单和校验值，给出密钥时带签名。包中有全部要素、已删除要素的唯一标识，以及每个要素上次一致状态的哈希值，因此对方用 importpackage 导入时是合并而不是覆盖。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>Written to the platform when a run may write the status alone.</source>
        <translation>只允许写状态时，仍会写入平台的字段。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>Year of the checkup that the data belong to.</source>
        <translation>数据所属的体检年度。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>a 7z archive</source>
        <translation>7z 压缩包</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>a PDF document</source>
        <translation>PDF 文档</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>a RAR archive</source>
        <translation>RAR 压缩包</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>a collection that changes while it is read may come incompletely; CityCheck counts and compares</source>
        <translation>读取期间有变化的数据集可能读不全；CityCheck 会计数并比对</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>a fault in the middle of a batch</source>
        <translation>批次中间有一项出错</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/files.py"/>
        <source>a folder has this name; choose another name</source>
        <translation>已有同名文件夹；请换一个名称</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>a gzip archive</source>
        <translation>gzip 压缩包</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <source>a list</source>
        <translation>列表</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>a list of texts</source>
        <translation>文本列表</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>a number</source>
        <translation>数值</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>a part is done, and the answer does not say which</source>
        <translation>执行了一部分，应答没有说明是哪些</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network_failures.py"/>
        <source>a protected connection could not be made; is it an https address, and is the client's certificate the right one?</source>
        <translation>无法建立加密连接；请确认地址是否为 https、客户端证书是否正确</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>a table without geometry</source>
        <translation>没有几何的属性表</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>a text</source>
        <translation>文本</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_writing.py"/>
        <source>a text in it holds half of a character (a lone surrogate); correct the text</source>
        <translation>其中有文字含半个字符（孤立的代理码）；请改正文字</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_writing.py"/>
        <source>a text in it holds the character U+0000, which platforms do not store; correct the text</source>
        <translation>其中有文字含字符 U+0000，平台不能保存；请改正文字</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>a text or null</source>
        <translation>文本或 null</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <source>a text, a number, or true or false</source>
        <translation>文本、数字、true 或 false</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_writing.py"/>
        <source>a value in it cannot be said in JSON ({reason})</source>
        <translation>其中有值无法用 JSON 表示（{reason}）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>a value that does not fit is taken</source>
        <translation>不合要求的值也被接受</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>a whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <source>a word and a blank, such as Bearer</source>
        <translation>一个词加一个空格，如 Bearer</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/fonts.py"/>
        <source>add 'Chinese (Simplified) Supplemental Fonts' under Settings &gt; Apps &gt; Optional features</source>
        <translation>请在“设置 &gt; 应用 &gt; 可选功能”中添加“简体中文补充字体”</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>agreed</source>
        <translation>已一致</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <location filename="../processing_algorithms/translate.py"/>
        <source>all rows</source>
        <translation>全部行</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>altered</source>
        <translation>平台有改动</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>ambiguous</source>
        <translation>歧义</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>ambiguous_footprint</source>
        <translation>轮廓有歧义</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>an HDF5 file</source>
        <translation>HDF5 文件</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>an SQLite database</source>
        <translation>SQLite 数据库</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <source>an address</source>
        <translation>地址</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>an empty text and null are the same there</source>
        <translation>平台不区分空文本与空值</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>an object</source>
        <translation>对象</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>an object of objects</source>
        <translation>由对象组成的对象</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>an object of texts</source>
        <translation>由文本组成的对象</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>an old version is refused</source>
        <translation>旧版本被拒绝</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>an old version is taken all the same</source>
        <translation>旧版本照样被接受</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/store.py"/>
        <source>another run is using it; wait for its end</source>
        <translation>另一次运行正在使用；请等待其结束</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>another unit of measure</source>
        <translation>计量单位不同</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>another write got there first: run again</source>
        <translation>另一个写入抢先完成，请重新运行</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/report.py"/>
        <source>answer</source>
        <translation>结论</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>as it should be</source>
        <translation>正确</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>as the platform has it</source>
        <translation>与平台相同</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>ask for smaller batches</source>
        <translation>请减小批次大小</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>ask for smaller pages or batches</source>
        <translation>请减小每页要素数或批次大小</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>ask its operator for the right to do this</source>
        <translation>请向平台管理员申请相应权限</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>axis order of reading</source>
        <translation>读取时的坐标轴顺序</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>axis order of writing</source>
        <translation>写入时的坐标轴顺序</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <source>before each batch of writes the whole collection is read; this is slow for large ones</source>
        <translation>每批写入前须读取整个数据集；数据量大时很慢</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>blanks at the end</source>
        <translation>末尾空格</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>boolean</source>
        <translation>布尔</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/matchfootprints.py"/>
        <location filename="../processing_algorithms/translate.py"/>
        <source>building</source>
        <translation>楼栋</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/displacement.py"/>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <location filename="../processing_algorithms/translate.py"/>
        <source>buildings</source>
        <translation>建筑</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/layers.py"/>
        <source>buildings of models</source>
        <translation>模型建筑</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>built-up area</source>
        <translation>建成区</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>centimetres</source>
        <translation>厘米</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>changing one field</source>
        <translation>修改单个字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>changing what is not there any more</source>
        <translation>修改已不存在的要素</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>characters are composed otherwise</source>
        <translation>字符的组合形式被改变</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>characters are replaced</source>
        <translation>字符被替换</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>characters are written as entities</source>
        <translation>字符被写成实体</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>characters beyond the basic plane are dropped</source>
        <translation>基本平面以外的字符被丢弃</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/models.py"/>
        <source>check</source>
        <translation>需核对</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>check the CRS of the collection and the area of the project</source>
        <translation>请检查数据集的坐标系和项目范围</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>check the CRS of the collection before you push geometry</source>
        <translation>推送几何之前请检查数据集的坐标系</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>check the address and the name of the collection</source>
        <translation>请检查地址和数据集名称</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>city</source>
        <translation>市</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/layers.py"/>
        <source>city_model</source>
        <translation>城市模型</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>clock</source>
        <translation>时钟</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>code_and_overlap</source>
        <translation>编码相同且重叠</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>code_only</source>
        <translation>仅编码相同</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>code_repeated</source>
        <translation>编码重复</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>code_unknown</source>
        <translation>编码无对应</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>collapsed</source>
        <translation>退化为空</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>community</source>
        <translation>社区</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>conflict</source>
        <translation>矛盾</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/placement.py"/>
        <source>context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>contradictions</source>
        <translation>矛盾记录</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>control characters are dropped</source>
        <translation>控制字符被丢弃</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/placement.py"/>
        <source>control_points</source>
        <translation>控制点</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>coordinates</source>
        <translation>坐标</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>coordinates are in {crs}</source>
        <translation>坐标系为 {crs}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>coordinates are rounded by up to {distance:.1g}</source>
        <translation>坐标被舍入，最大变动 {distance:.1g}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>corners move by up to {distance:.1g}; do not push geometry here</source>
        <translation>折点最大移动 {distance:.1g}；不要向该数据集推送几何</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>could not be removed (keys {keys})</source>
        <translation>无法删除（唯一标识 {keys}）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/workers.py"/>
        <source>crashed</source>
        <translation>崩溃</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>create</source>
        <translation>新增</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/report.py"/>
        <source>crs</source>
        <translation>坐标系</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>date</source>
        <translation>日期</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>dates</source>
        <translation>日期</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>datetime</source>
        <translation>日期时间</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>decimals of numbers</source>
        <translation>小数位</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>declared writes</source>
        <translation>声明的写入能力</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>delete it on the platform; it is named {name}</source>
        <translation>请在平台上删除；其名称为 {name}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>deleting</source>
        <translation>删除要素</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>deletions can be pushed, and repeated</source>
        <translation>可以推送删除，也可以重复</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>deletions cannot be pushed</source>
        <translation>不能推送删除</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>differences up to {distance:.1g} are no edits; unchanged geometry is never sent</source>
        <translation>不超过 {distance:.1g} 的差异不算改动；未改动的几何从不发送</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>district</source>
        <translation>区</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>do not push geometry before the axis order for writing is set in the connection</source>
        <translation>在连接中设置写入时的坐标轴顺序之前，不要推送几何</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>do not push geometry here</source>
        <translation>不要向该数据集推送几何</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>duplicate_code</source>
        <translation>代码重复</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>each change sends the whole feature, and what others changed meanwhile may be lost</source>
        <translation>每次修改都发送整个要素，他人同时所作的改动可能丢失</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>each feature has its own</source>
        <translation>每个要素各有一个</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>each push would double features; ask the platform's operator</source>
        <translation>每次推送都会造成要素重复；请联系平台管理员</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>empty</source>
        <translation>为空</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>empty text</source>
        <translation>空文本</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <source>en</source>
        <translation>zh-CN</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>estate</source>
        <translation>小区</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>exact</source>
        <translation>精确</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>exact to {n} seconds only</source>
        <translation>只精确到 {n} 秒</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>extents</source>
        <translation>范围</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/unread.py"/>
        <location filename="../citycheck_qgis/footprints/workers.py"/>
        <source>failed</source>
        <translation>程序缺陷</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>far_from_buildings</source>
        <translation>远离建筑</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>far_from_footprints</source>
        <translation>远离轮廓</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_findings.py"/>
        <source>fault</source>
        <translation>问题</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <location filename="../processing_algorithms/translate.py"/>
        <source>features</source>
        <translation>要素</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <source>features are read again before each write</source>
        <translation>每次写入前都会重新读取要素</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>features can be pushed</source>
        <translation>可以推送要素</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>features can be told apart</source>
        <translation>可以区分各个要素</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>features cannot be made here as they are; see what the platform says</source>
        <translation>照现状无法在此新增要素；请看平台的答复</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>features lie where they belong</source>
        <translation>要素的位置正确</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>features that came more than once: {n}</source>
        <translation>重复出现的要素：{n} 个</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>features with another kind of geometry may be rejected</source>
        <translation>其他几何类型的要素可能被拒绝</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>features: {n}, pages: {pages}, largest page: {size}, to the end</source>
        <translation>要素 {n} 个，共 {pages} 页，每页至多 {size} 个，已读完</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>feet</source>
        <translation>英尺</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis.py"/>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>field {name}: {reason}</source>
        <translation>字段 {name}：{reason}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>fields</source>
        <translation>字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>fields: {n}, geometry: {geometry}</source>
        <translation>字段 {n} 个，几何：{geometry}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/report.py"/>
        <source>file</source>
        <translation>文件</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_findings.py"/>
        <source>fine</source>
        <translation>正常</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/displacement.py"/>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>footprints</source>
        <translation>轮廓</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>for example: CIM platform of the city</source>
        <translation>例如：市 CIM 平台</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>gap</source>
        <translation>空隙</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>geometry is kept as it is</source>
        <translation>几何原样保留</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/models.py"/>
        <source>good</source>
        <translation>好</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>guid</source>
        <translation>全局标识相同</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>heights of the corners are dropped</source>
        <translation>折点的高程被丢弃</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>held_back</source>
        <translation>暂不处理</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>ids and values are stable</source>
        <translation>id 和值稳定</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>inches</source>
        <translation>英寸</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>indicators</source>
        <translation>指标</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/report.py"/>
        <source>information</source>
        <translation>参考</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/fonts.py"/>
        <source>install a Chinese font, e.g. the package fonts-noto-cjk or fonts-wqy-microhei</source>
        <translation>请安装中文字体，例如软件包 fonts-noto-cjk 或 fonts-wqy-microhei</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/fonts.py"/>
        <source>install the font PingFang SC or Source Han Sans SC with Font Book</source>
        <translation>请用“字体册”安装字体 PingFang SC 或 Source Han Sans SC</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>install the official QGIS 3.40 LTR for macOS, which brings them</source>
        <translation>请安装官方 macOS 版 QGIS 3.40 LTR，其中已带有这些包</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>install {packages} with the system's package manager and restart QGIS</source>
        <translation>请用系统的包管理器安装 {packages}，再重启 QGIS</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>install {packages} with the system's package manager, not as wheels from pip ('pip install --no-binary shapely,pyproj,pyogrio' compiles them against the system's libraries), and restart QGIS</source>
        <translation>请用系统的包管理器安装 {packages}，不要用 pip 的 wheel（“pip install --no-binary shapely,pyproj,pyogrio”会针对系统的库编译），再重启 QGIS</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>integer</source>
        <translation>整数</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>it does not offer this</source>
        <translation>平台不提供此操作</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>it ended without saying that these are all (features: {n})</source>
        <translation>读到 {n} 个要素后结束，平台没有表明这是全部</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <source>it finds other features than it was asked for</source>
        <translation>查到的不是所查询的要素</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/house.py"/>
        <source>it gave fewer rows than it says there are</source>
        <translation>返回的行数少于它所称的行数</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/workers.py"/>
        <source>it gave no answer</source>
        <translation>没有应答</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/qgis_network.py"/>
        <source>it is damaged, enter it again</source>
        <translation>已损坏，请重新填写</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>it is gone</source>
        <translation>已删除</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>it is gone; deleting it again is an error</source>
        <translation>已删除；再次删除会报错</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>it is made again</source>
        <translation>又被重新创建</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>it is not there afterwards</source>
        <translation>写入后并不存在</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_writing.py"/>
        <source>it is not there any more ({reason})</source>
        <translation>已不存在（{reason}）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>it is refused</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>it is still there afterwards</source>
        <translation>删除后仍然存在</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>it is stored as another type</source>
        <translation>存成了另一种类型</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>it is stored, although the platform said no</source>
        <translation>平台称拒绝，实际却已存入</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>it is there</source>
        <translation>已写入</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>it is there {n} times</source>
        <translation>出现 {n} 次</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>it was changed in the meantime: run again</source>
        <translation>其间已有改动，请重新运行</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_writing.py"/>
        <source>it was changed meanwhile ({reason})</source>
        <translation>其间已被他人修改（{reason}）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_writing.py"/>
        <source>it was not sent, because the platform had stopped answering</source>
        <translation>平台已停止应答，因此没有发送</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_writing.py"/>
        <source>its field {field} holds the character U+{code}, which XML cannot hold; correct the text</source>
        <translation>字段 {field} 含字符 U+{code}，XML 不能容纳；请改正文字</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_writing.py"/>
        <source>its geometry cannot be said in GML</source>
        <translation>几何无法用 GML 表示</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_writing.py"/>
        <source>its geometry cannot be said in GeoJSON ({reason})</source>
        <translation>几何无法用 GeoJSON 表示（{reason}）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis.py"/>
        <location filename="../citycheck_qgis/cim/adapters/house.py"/>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>its kind of geometry does not fit the layer</source>
        <translation>几何类型与图层不符</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>kept</source>
        <translation>原样保留</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>key</source>
        <translation>唯一标识</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>keys</source>
        <translation>唯一标识取值</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <source>keys at a time: {n}</source>
        <translation>一次 {n} 个唯一标识</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <source>keys at a time: {n} at most, {declared} were expected</source>
        <translation>一次至多 {n} 个唯一标识，预期为 {declared} 个</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>keys that come more than once: {doubled}, features without a key: {without}</source>
        <translation>重复的唯一标识 {doubled} 个，没有唯一标识的要素 {without} 个</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>kilometres</source>
        <translation>千米</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>kind of geometry</source>
        <translation>几何类型</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>largest_overlap</source>
        <translation>重叠最大</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>latitude and longitude are exchanged</source>
        <translation>经度与纬度颠倒</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/placement.py"/>
        <source>latitude_longitude</source>
        <translation>经纬度</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>leave these fields out of what is pushed</source>
        <translation>推送时请不要包含这些字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>left out: the platform must make and delete features, and have a field for the key</source>
        <translation>未做：平台须能新增和删除要素，并有唯一标识字段</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>line</source>
        <translation>线</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>line breaks</source>
        <translation>换行</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>line breaks or spaces are changed</source>
        <translation>换行或空格被改动</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>list of names</source>
        <translation>名称列表</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>longest text</source>
        <translation>最长文本</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>making a feature</source>
        <translation>新增要素</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>malformed_code</source>
        <translation>代码格式不对</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>many_to_many</source>
        <translation>多对多</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>many_to_one</source>
        <translation>多对一</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/placement.py"/>
        <source>map_conversion</source>
        <translation>地图转换</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>matched</source>
        <translation>匹配</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>measured</source>
        <translation>实测</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/unread.py"/>
        <location filename="../citycheck_qgis/footprints/workers.py"/>
        <source>memory</source>
        <translation>内存超限</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/control_points.py"/>
        <source>millimetres</source>
        <translation>毫米</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_findings.py"/>
        <source>mind</source>
        <translation>注意</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>missing</source>
        <translation>缺失</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/layers.py"/>
        <source>model files</source>
        <translation>模型文件</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>models</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>name of the test feature</source>
        <translation>测试要素的名称</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <source>names with dots between them</source>
        <translation>以点分隔的名称</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>no CRS</source>
        <translation>无坐标系</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/unit_join.py"/>
        <source>no code and no name</source>
        <translation>既无代码也无名称</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>no feature shows it</source>
        <translation>没有要素可供判断</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>no field is named that holds the key</source>
        <translation>没有指定唯一标识所在的字段</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>no indicator</source>
        <translation>没有写指标</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/unit_join.py"/>
        <source>no unit has this name</source>
        <translation>没有叫这个名称的单元</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>no year</source>
        <translation>没有年度</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>no {level} has its code or covers it</source>
        <translation>没有哪个{level}与其代码相符或覆盖它</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>no_building</source>
        <translation>该处没有建筑</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>no_code</source>
        <translation>缺代码</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>no_footprint</source>
        <translation>该处没有轮廓</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>no_geometry</source>
        <translation>无几何</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>no_parent</source>
        <translation>没有上级</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>nobody's edit is overwritten</source>
        <translation>不会覆盖他人的编辑</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <location filename="../citycheck_qgis/footprints/georeference/placement.py"/>
        <location filename="../citycheck_qgis/indicators/pivot.py"/>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <location filename="../citycheck_qgis/problems/survey.py"/>
        <location filename="../citycheck_qgis/units/columns.py"/>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/report.py"/>
        <source>not needed</source>
        <translation>不需要</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/evidence_table.py"/>
        <source>not read</source>
        <translation>未读取</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>not told</source>
        <translation>没有说明</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>not told; the platform takes {kind}</source>
        <translation>平台没有说明；它接收{kind}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>not tried: the platform does not change features</source>
        <translation>未测试：平台不支持修改要素</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>not_applicable</source>
        <translation>不适用</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>not_surveyed</source>
        <translation>未体检</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>nothing can be pushed before the collection has fields; ask the platform's operator</source>
        <translation>数据集有字段之前无法推送；请联系平台管理员</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>nothing can be told of features that were not read: no deletion is taken over from the platform</source>
        <translation>没有读到的要素情况不明：平台上的删除一律不带到本地</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>nothing is lost</source>
        <translation>没有丢失</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>nothing of the batch is done</source>
        <translation>整个批次都不执行</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>nothing of the test is left on the platform</source>
        <translation>平台上没有留下测试内容</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>nothing_to_compare</source>
        <translation>无可比较</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>null</source>
        <translation>缺失</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>null in a text field</source>
        <translation>文本字段中的空值</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>number of features</source>
        <translation>要素数</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>one field</source>
        <translation>单个字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>one row per unit and indicator</source>
        <translation>一行一个单元、一项指标</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <source>one word</source>
        <translation>一个词</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>one_to_many</source>
        <translation>一对多</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>one_to_one</source>
        <translation>一对一</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>only the first features: {n}, pages: {pages}, largest page: {size}</source>
        <translation>只读了前 {n} 个要素，共 {pages} 页，每页至多 {size} 个</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>open the OSGeo4W Shell of QGIS, run 'python -m pip install {packages}' and restart QGIS</source>
        <translation>请打开 QGIS 的 OSGeo4W Shell，运行“python -m pip install {packages}”，再重启 QGIS</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>other year</source>
        <translation>其他年度</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <location filename="../processing_algorithms/translate.py"/>
        <source>outside</source>
        <translation>范围外</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>outside_parent</source>
        <translation>超出上级范围</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>overlap</source>
        <translation>重叠</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>overlap_strong</source>
        <translation>重叠多</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>overlap_weak</source>
        <translation>重叠少</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>pages</source>
        <translation>分页</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>pages overlap, so features may also be missing; ask the operator to sort the collection by its id</source>
        <translation>各页重叠，因此也可能有遗漏；请平台管理员将数据集按 id 排序</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/files.py"/>
        <source>part of the path is a file; choose another folder</source>
        <translation>路径中有一段是文件；请另选文件夹</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>plain value of {field}</source>
        <translation>{field} 的普通值</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>planned</source>
        <translation>待执行</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>point</source>
        <translation>点</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>polygon</source>
        <translation>面</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/models.py"/>
        <source>poor</source>
        <translation>差</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>probe again when there are features</source>
        <translation>请在有要素之后重新探测</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/cimcoverage.py"/>
        <source>projected: what the models cover, seen from above; closed: also the ground between models that are less than 50 m apart; hull: the convex hull of each file. The published definition says no more than projected area.</source>
        <translation>projected：从上方看模型所覆盖的面积；closed：再加上间距小于 50 米的模型之间的地面；hull：每个文件的凸包。公布的定义只说了“投影面积”。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/placement.py"/>
        <source>property_set</source>
        <translation>属性集</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>protection against others' edits</source>
        <translation>对他人编辑的保护</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <source>query by key</source>
        <translation>按唯一标识查询</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>quotation marks and backslashes</source>
        <translation>引号和反斜杠</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>quotation marks or backslashes are changed</source>
        <translation>引号或反斜杠被改动</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>rare characters and emoji</source>
        <translation>生僻字和表情符号</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/layers.py"/>
        <source>read</source>
        <translation>已读取</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>reading</source>
        <translation>读取</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>reading twice</source>
        <translation>两次读取</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>real</source>
        <translation>实数</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/unread.py"/>
        <source>refused</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>refused by the platform</source>
        <translation>平台不接受</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <location filename="../citycheck_qgis/footprints/georeference/report.py"/>
        <source>rejected</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>removed</source>
        <translation>已删除</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>repaired</source>
        <translation>已修复</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>right</source>
        <translation>准确</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/placement.py"/>
        <source>rigid_operation</source>
        <translation>刚体转换</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/systems.py"/>
        <source>rollup is {found!r}; write none, count, sum, rate, rate:weight or mean:weight.</source>
        <translation>rollup 写的是“{found}”；请写 none、count、sum、rate、rate:weight 或 mean:weight。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>rounded to {n} decimals</source>
        <translation>舍入到 {n} 位小数</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>row {row} ({name})</source>
        <translation>第 {row} 行“{name}”</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>rows are indicators, columns are units</source>
        <translation>行是指标，列是单元</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>rows are units, columns are indicators</source>
        <translation>行是单元，列是指标</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>rows of the sample register</source>
        <translation>样本名单行</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>run '/Applications/QGIS.app/Contents/MacOS/bin/python3 -m pip install {packages}' and restart QGIS</source>
        <translation>请运行“/Applications/QGIS.app/Contents/MacOS/bin/python3 -m pip install {packages}”，再重启 QGIS</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>run 'conda install -c conda-forge {packages}' in the environment of QGIS and restart QGIS</source>
        <translation>请在 QGIS 所在的环境中运行“conda install -c conda-forge {packages}”，再重启 QGIS</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>run 'sudo apt install {packages}' and restart QGIS</source>
        <translation>请运行“sudo apt install {packages}”，再重启 QGIS</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>run `sudo apt install {system_packages}` and then `{command}`, and restart QGIS</source>
        <translation>请先运行 `sudo apt install {system_packages}`，再运行 `{command}`，然后重启 QGIS</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>run `{command}` and restart QGIS</source>
        <translation>请运行 `{command}`，再重启 QGIS</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>run again later</source>
        <translation>请稍后重新运行</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>run the QGIS or OSGeo4W installer again, choose the complete QGIS LTR (qgis-ltr-full) and restart QGIS</source>
        <translation>请重新运行 QGIS 或 OSGeo4W 安装程序，选择完整的 QGIS LTR（qgis-ltr-full），再重启 QGIS</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/unit_join.py"/>
        <source>several units have this name: {units}</source>
        <translation>有几个单元都叫这个名称：{units}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>several values</source>
        <translation>有多个值</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>several_buildings</source>
        <translation>可能对应多栋建筑</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>several_parts</source>
        <translation>分成几块</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/placement.py"/>
        <source>site_placement</source>
        <translation>场地位置</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>spaces at the end are cut</source>
        <translation>末尾空格被去掉</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>spaces at the ends are cut</source>
        <translation>首尾空格被去掉</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/answers.py"/>
        <source>status {status}</source>
        <translation>状态码 {status}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/answers.py"/>
        <source>status {status} {name}</source>
        <translation>状态码 {status} {name}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>street</source>
        <translation>街道</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>such differences are listed once and are no edits</source>
        <translation>此类差异只列出一次，不算改动</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>such values are altered without a word; CityCheck lists each of them</source>
        <translation>此类值会被悄悄改动；CityCheck 逐一列出</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>such values are told as rejected and stay in the local layer</source>
        <translation>此类值会报告为被拒绝，并保留在本地图层中</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/problems/diagnose.py"/>
        <location filename="../processing_algorithms/translate.py"/>
        <source>surveyed problems</source>
        <translation>调查问题</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>taken</source>
        <translation>已取回</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>tell its operator what it answered</source>
        <translation>请把应答内容告知平台管理员</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>test feature</source>
        <translation>测试要素</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>text</source>
        <translation>文本</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>text in UTF-16</source>
        <translation>UTF-16 文本</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>text instead of a number</source>
        <translation>应为数字，却是文字</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network_failures.py"/>
        <source>the address or a header cannot be sent</source>
        <translation>地址或请求头无法发送</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/unpacking.py"/>
        <source>the answer cannot be unpacked</source>
        <translation>应答无法解压</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/transport.py"/>
        <source>the answer is packed in a way that was not asked for</source>
        <translation>应答采用了未请求的压缩方式</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/unpacking.py"/>
        <source>the answer was cut short</source>
        <translation>应答不完整</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/transport.py"/>
        <source>the answer was cut short after {came} of {expected} bytes</source>
        <translation>应答不完整，{expected} 字节中只收到 {came} 字节</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/unit_join.py"/>
        <source>the code {code} is not a unit of this city</source>
        <translation>代码 {code} 不是本市的单元</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>the collection can only be pulled</source>
        <translation>该数据集只能拉取</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>the collection can only be pulled; name the field of the key in the connection's settings</source>
        <translation>该数据集只能拉取；请在连接设置中指定唯一标识字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>the collection is larger than what a probe reads</source>
        <translation>数据集超过一次探测的读取量</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network_failures.py"/>
        <source>the connection broke off</source>
        <translation>连接中断</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/store.py"/>
        <source>the disk is full or fails; free some space and run again, nothing is lost</source>
        <translation>磁盘已满或出现故障；请腾出空间后重新运行，没有丢失任何内容</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/files.py"/>
        <source>the disk is full; free some space or choose another disk</source>
        <translation>磁盘已满；请腾出空间或另选磁盘</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>the features came in another order</source>
        <translation>要素的顺序不同</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>the features lie neither here nor, exchanged, where they should</source>
        <translation>无论是否对调，要素都不在应有的位置</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/files.py"/>
        <source>the folder is read-only; choose another folder</source>
        <translation>该文件夹只读；请另选文件夹</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>the geometry is lost</source>
        <translation>几何丢失</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network_failures.py"/>
        <source>the host cannot be reached</source>
        <translation>无法连接主机</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network_failures.py"/>
        <source>the host refuses the connection; is the port right?</source>
        <translation>主机拒绝连接，请确认端口是否正确</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/systems.py"/>
        <source>the id {indicator} holds a slash, which marks numerator and denominator; rename it.</source>
        <translation>编号 {indicator} 中有斜杠，而斜杠用来标记分子和分母；请改编号。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/systems.py"/>
        <source>the indicator {indicator} occurs twice in edition {edition}; give each its own id.</source>
        <translation>指标 {indicator} 在版本 {edition} 中出现两次；请各用各的编号。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network_failures.py"/>
        <source>the kind of proxy in QGIS's network settings is not supported here</source>
        <translation>不支持 QGIS 网络设置中的代理类型</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/qgis_network.py"/>
        <source>the master password is not set, or not the right one: enter it in QGIS's options under Authentication, or in a run without the desktop let QGIS_AUTH_PASSWORD_FILE name a file that holds it (mode 600)</source>
        <translation>主密码没有设置或不正确，请在 QGIS 选项的“认证”页输入；无桌面运行时，请用 QGIS_AUTH_PASSWORD_FILE 指定存放主密码的文件（权限 600）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/unit_join.py"/>
        <source>the name is found only outside {parents}</source>
        <translation>这个名称只在{parents}之外才有</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network_failures.py"/>
        <source>the name of the host is not known</source>
        <translation>无法解析主机名</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>the number is right</source>
        <translation>数目正确</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>the number is rounded</source>
        <translation>数值被舍入</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>the number of the platform is not to be trusted; CityCheck counts what it reads</source>
        <translation>平台给出的数目不可信；以实际读取的数目为准</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/files.py"/>
        <source>the path is too long; choose a shorter one</source>
        <translation>路径太长；请换一个较短的路径</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis.py"/>
        <source>the platform answered for {n} of {m} features</source>
        <translation>{m} 个要素中，平台只对 {n} 个作了应答</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi.py"/>
        <source>the platform answered without changing {fields}</source>
        <translation>平台作了应答，但没有修改 {fields}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>the platform changes {fields} itself</source>
        <translation>平台自行改动 {fields}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_writing.py"/>
        <source>the platform did {n} of {expected} and does not say which</source>
        <translation>{expected} 项中平台执行了 {n} 项，没有说明是哪些</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>the platform does not answer reliably; probe again</source>
        <translation>平台的应答不稳定；请重新探测</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_writing.py"/>
        <source>the platform does not say how many it did</source>
        <translation>平台没有说明执行了多少项</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>the platform does not tell its time</source>
        <translation>平台没有给出时间</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>the platform fills this field itself; leave it out of what is pushed</source>
        <translation>平台自行填写该字段；推送时请不要包含它</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/house.py"/>
        <source>the platform refused a batch, and may have done a part of it: {reason}</source>
        <translation>平台拒绝了一个批次，但可能已执行其中一部分：{reason}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>the platform renumbers; CityCheck asks for the id again before each write</source>
        <translation>平台会重新编号；CityCheck 在每次写入前重新查询 id</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>the platform says that it was done</source>
        <translation>平台称已执行</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_writing.py"/>
        <source>the platform says: {said}</source>
        <translation>平台答复：{said}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>the platform tells no version of a feature</source>
        <translation>平台不提供要素的版本</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>the platform tells of no fields</source>
        <translation>平台没有说明任何字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <source>the platform tells the same feature in two ways; leave these fields out of the exchange</source>
        <translation>同一要素平台给出两种内容；请不要交换这些字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>the platform tells the truth</source>
        <translation>平台如实应答</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>the platform's field that holds your key (UUID)</source>
        <translation>平台上存放本地唯一标识（UUID）的字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network.py"/>
        <source>the proxy asks for a sign-in: check QGIS's network settings</source>
        <translation>代理要求登录，请检查 QGIS 的网络设置</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network_failures.py"/>
        <source>the proxy of QGIS's network settings does not let the request through</source>
        <translation>QGIS 网络设置中的代理不放行该请求</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>the rest is done, and told so</source>
        <translation>其余各项已执行，并有说明</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>the rest stays</source>
        <translation>其余不变</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>the same</source>
        <translation>相同</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>the shape came back {distance:.2g} away</source>
        <translation>返回的图形偏移 {distance:.2g}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/systems.py"/>
        <source>the standard {found!r} is not one of =0, &gt;=70, &gt;20, &lt;=20, &lt;5, 0.7..1.5; correct it and put everything else into standard_source.</source>
        <translation>评价标准“{found}”不是 =0、&gt;=70、&gt;20、&lt;=20、&lt;5、0.7..1.5 这样的写法；请改正，其余说明写入 standard_source。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>the text is cut after {n} characters</source>
        <translation>文字在第 {n} 个字符后被截断</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/network_failures.py"/>
        <source>the time for the answer was over</source>
        <translation>等待应答超时</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>the time is shortened</source>
        <translation>时间的精度被降低</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>the time of day is lost</source>
        <translation>时刻丢失，只剩日期</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>the time zone is lost</source>
        <translation>时区丢失</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>the time zone is lost, and the time is exact to {n} seconds only</source>
        <translation>时区丢失，且时间只精确到 {n} 秒</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>the value is lost</source>
        <translation>值丢失</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>the values of {fields} changed without an edit</source>
        <translation>{fields} 的值未经编辑就有变化</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <source>the values of {fields} differ from those of a page</source>
        <translation>{fields} 的值与分页读取的不同</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/schedulers.py"/>
        <source>the worker stopped with {error}; its log says more.</source>
        <translation>工作进程因 {error} 停止；详见其日志。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/schedulers.py"/>
        <source>the workers that tried it were killed; give them more memory or make smaller parts.</source>
        <translation>处理该分片的工作进程被终止；请增加其内存，或减小分片。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>the write test ended here</source>
        <translation>写入测试到此结束</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/sample.py"/>
        <source>the {n} communities (the unit table does not say which are built up)</source>
        <translation>全部 {n} 个社区（单元表没有写明哪些在建成区）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/sample.py"/>
        <source>the {n} communities in the built-up area</source>
        <translation>建成区 {n} 个社区</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/house.py"/>
        <source>there is no list of rows at {path}</source>
        <translation>{path} 处没有数据行列表</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_queries.py"/>
        <source>there is none</source>
        <translation>不支持</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>these features are held back in an exchange; give each a key of its own on the platform</source>
        <translation>交换时这些要素暂不处理；请在平台上给每个要素各自的唯一标识</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>they would count as edits each time; leave these fields out of the exchange</source>
        <translation>每次都会被当作改动；请不要交换这些字段</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>this is what the platform offers; only a write test shows what it does</source>
        <translation>这只是平台声明的能力；实际如何须经写入测试</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis.py"/>
        <location filename="../citycheck_qgis/cim/adapters/supermap.py"/>
        <source>this platform cannot take a geometry away</source>
        <translation>该平台不能清除几何</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>those of the system</source>
        <translation>系统证书</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>tie</source>
        <translation>并列</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/workers.py"/>
        <source>timeout</source>
        <translation>超时</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>times</source>
        <translation>时间</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>times of edits can be compared</source>
        <translation>编辑时间可以比较</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>times of edits cannot be compared with this machine's</source>
        <translation>编辑时间无法与本机时间比较</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>touch</source>
        <translation>重叠过少</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>true and false</source>
        <translation>真与假</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>true or false</source>
        <translation>true 或 false</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/report.py"/>
        <source>true_north</source>
        <translation>真北</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>two_parents</source>
        <translation>落在两个上级中</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/conservation.py"/>
        <location filename="../processing_algorithms/translate.py"/>
        <source>unit</source>
        <translation>体检单元</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>unit rows</source>
        <translation>单元行</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>unknown indicator</source>
        <translation>指标不在体系内</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>unmatched</source>
        <translation>未匹配</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>unreadable</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>unreadable year {year!r}</source>
        <translation>无法识别的年度“{year}”</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>update</source>
        <translation>修改</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/report.py"/>
        <source>used</source>
        <translation>采用</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>value cells</source>
        <translation>指标值单元格</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>values</source>
        <translation>指标值</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>values that come back</source>
        <translation>读回的值</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>verified</source>
        <translation>已核对</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>waiting</source>
        <translation>待下次</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>weak</source>
        <translation>依据不足</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_guarantees.py"/>
        <source>what another has deleted can come back; CityCheck reads again just before each write</source>
        <translation>他人删除的要素可能重现；CityCheck 在每次写入前重新读取</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>what is missing in a reading is missing on the platform</source>
        <translation>没有读到的要素，平台上就是没有</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>what it does to values is seen when the first features are pushed</source>
        <translation>平台对值有何改动，要到首次推送时才能看出</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>what others change meanwhile is kept</source>
        <translation>他人同时所作的改动得以保留</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>whole numbers above 2^53</source>
        <translation>大于 2^53 的整数</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/results.py"/>
        <source>withheld</source>
        <translation>按规则未执行</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/translate.py"/>
        <source>within</source>
        <translation>完全在内</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>within what the probe has found</source>
        <translation>在探测已知的范围之内</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>write test</source>
        <translation>写入测试</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/store.py"/>
        <location filename="../citycheck_qgis/storage/files.py"/>
        <source>you may not write there; choose another folder</source>
        <translation>没有写入权限；请另选文件夹</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/files.py"/>
        <source>your quota is used up; free some space or choose another disk</source>
        <translation>磁盘配额已用完；请腾出空间或另选磁盘</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>zh or en.</source>
        <translation>zh（中文）或 en（英文）。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>{action}: {n} ({state})</source>
        <translation>{action}：{n}（{state}）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/origins.py"/>
        <source>{address} does not lie under the platform's address {base}; it was not asked.</source>
        <translation>{address} 不在平台地址 {base} 之下；没有访问。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/addresses.py"/>
        <source>{address} names no host that exists.</source>
        <translation>{address} 中的主机不存在。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/addresses.py"/>
        <source>{address} names no port that exists.</source>
        <translation>{address} 中的端口不存在。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>{algorithm}: {connection}</source>
        <translation>{algorithm}：{connection}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>{algorithm}: {connection}, {collection}</source>
        <translation>{algorithm}：{connection}，{collection}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/attributes.py"/>
        <source>{attribute} = {value} says nothing and was set aside.</source>
        <translation>{attribute} = {value} 没有意义，未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>{authority}:{code} is no coordinate reference system that is known; check the code.</source>
        <translation>{authority}:{code} 不是已知的坐标系；请检查代码。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/fidelity.py"/>
        <source>{causes}</source>
        <translation>{causes}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>{causes}.</source>
        <translation>{causes}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/annual/annualcheckup.py"/>
        <source>{city}: checkup {year}</source>
        <translation>{city} {year} 年城市体检</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>{collection} can be exchanged.</source>
        <translation>{collection} 可以交换。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package.py"/>
        <source>{collection} comes from a package, which can only be read.</source>
        <translation>{collection} 来自交换包，只能读取。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>{collection}: {n} findings are to be seen to.</source>
        <translation>{collection}：有 {n} 项结果需要处理。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/systems.py"/>
        <source>{column} is empty; fill it in.</source>
        <translation>{column} 是空的；请填写。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/systems.py"/>
        <source>{column} is {found!r}; write one of {known}.</source>
        <translation>{column} 写的是“{found}”；请写 {known} 之一。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>{count} buildings have no storeys.</source>
        <translation>有 {count} 栋建筑没有楼层。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>{count} buildings stand inside others.</source>
        <translation>有 {count} 栋建筑位于其他建筑之内。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/cityjson.py"/>
        <source>{count} city objects are no objects and were left out; the first is {id}.</source>
        <translation>有 {count} 个城市对象不是 JSON 对象，已略去；第一个是 {id}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>{count} codes are those of buildings only without hyphens or leading zeros.</source>
        <translation>有 {count} 个编码要去掉连字符或前导零才与建筑的编码相同。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>{count} codes stand on more than {limit} buildings each, such as {example}; they were not used.</source>
        <translation>有 {count} 个编码各出现在超过 {limit} 栋建筑上，例如 {example}；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>{count} elements are parts of each other in a circle; it was opened.</source>
        <translation>有 {count} 个构件循环互为组成部分；循环已断开。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/shapes.py"/>
        <source>{count} elements have coordinates that are not numbers or beyond any map; they are left out.</source>
        <translation>有 {count} 个构件的坐标不是数值，或超出任何地图；已略去。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/shapes.py"/>
        <source>{count} elements have more than {limit} triangles; their convex hulls in plan are used.</source>
        <translation>有 {count} 个构件的三角形超过 {limit} 个；改用其平面凸包。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/shapes.py"/>
        <source>{count} elements lie more than {distance} km away from the others of their building; they are left out.</source>
        <translation>有 {count} 个构件与所属建筑的其他构件相距超过 {distance} 千米；已略去。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>{count} elements of the site or of no place are left out.</source>
        <translation>有 {count} 个构件属于场地或没有归属；已略去。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>{count} elements stand in no building; they are taken for the only one of the file.</source>
        <translation>有 {count} 个构件不属于任何建筑；归入文件中唯一的建筑。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>{count} elements stand in two buildings; the first counts.</source>
        <translation>有 {count} 个构件同属两栋建筑；以第一栋为准。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>{count} elements were too complex to be drawn as they are modelled, or their large openings could not be cut; the outline may be wrong there.</source>
        <translation>有 {count} 个构件过于复杂，无法按模型绘制，或其大洞口无法扣除；该处轮廓可能不准。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/read.py"/>
        <source>{count} faces could not be read (missing vertices, wild coordinates or no area).</source>
        <translation>有 {count} 个面无法读取（缺少顶点、坐标离谱或没有面积）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/read.py"/>
        <source>{count} files in {file} are no city models and were passed over.</source>
        <translation>{file} 中有 {count} 个文件不是城市模型，已跳过。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/facts.py"/>
        <source>{count} floors have slabs of {area} m² together, which cannot be those of a building of {footprint} m² on the ground; that area counts for each instead.</source>
        <translation>有 {count} 层的楼板合计 {area} m²，与基底 {footprint} m² 的建筑不符；每层改按基底面积计算。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/matching.py"/>
        <source>{count} footprints have a code that no building has, such as {example}.</source>
        <translation>有 {count} 个轮廓的编码是任何建筑都没有的，例如 {example}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/cityjson.py"/>
        <source>{count} lines of {file} are no CityJSON features and were left out; the first is line {line}.</source>
        <translation>{file} 中有 {count} 行不是 CityJSON 要素，已略去；第一处是第 {line} 行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>{count} models have no place and are not counted.</source>
        <translation>有 {count} 个模型没有位置，不计入。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{count} of {total} statements of the file could not be read.</source>
        <translation>文件的 {total} 条语句中有 {count} 条无法读取。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>{count} parts of buildings count to the whole.</source>
        <translation>有 {count} 个建筑部分并入整栋建筑。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>{count} placements lead in a circle; they were opened.</source>
        <translation>有 {count} 个位置循环引用；循环已断开。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/structure.py"/>
        <source>{count} storeys are placed elsewhere than their attribute Elevation says, such as {name}: {placed} m, not {declared} m; the placement counts.</source>
        <translation>有 {count} 个楼层的位置与其属性 Elevation 不符，例如 {name}：{placed} 米，而不是 {declared} 米；以位置为准。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/citygml.py"/>
        <source>{count} surfaces that the building refers to are not in the file, such as {id}.</source>
        <translation>建筑引用的面中有 {count} 个不在文件中，例如 {id}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package.py"/>
        <source>{created} is no time; give it like 2024-05-31T12:00:00Z.</source>
        <translation>{created} 不是时间；请写成 2024-05-31T12:00:00Z 的形式。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/stated_crs.py"/>
        <source>{crs} is not a CRS that PROJ knows; give one such as EPSG:4547.</source>
        <translation>PROJ 不认识坐标系 {crs}；请给出 EPSG:4547 这样的坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>{crs} of collection {collection} is no CRS; write its code, for example EPSG:4547.</source>
        <translation>数据集 {collection} 的 {crs} 不是坐标系；请写代码，例如 EPSG:4547。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>{database} has no distribution of problems for {year} (years found: {years}): run the diagnosis for this year first.</source>
        <translation>{database} 中没有 {year} 年的问题分布（现有年度：{years}）：请先诊断该年度。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>{database} has no table {table}: run the diagnosis first.</source>
        <translation>{database} 中没有表 {table}：请先诊断问题。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>{done} parts were done in this run, {kept} by an earlier one.</source>
        <translation>本次完成 {done} 个分片，此前已完成 {kept} 个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/partitions.py"/>
        <source>{failed} of {total} parts could not be done, first {part}: {reason} The others are done: run again for the rest.</source>
        <translation>{total} 个分片中有 {failed} 个未能完成，首个为 {part}：{reason}其余已完成；再次运行即可补齐。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <source>{fields} did not stay as they were</source>
        <translation>{fields} 没有保持原样</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>{field} would be emptied in {n} of {total} features; check fields and code lists of both sides, and allow large changes if it is right.</source>
        <translation>{total} 个要素中有 {n} 个的 {field} 会被清空；请检查双方的字段和代码表，确认无误时允许大量改动。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>{field} would change in {n} of {total} features; check fields and code lists of both sides, and allow large changes if it is right.</source>
        <translation>{total} 个要素中有 {n} 个的 {field} 会改变；请检查双方的字段和代码表，确认无误时允许大量改动。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>{field}: {cause}</source>
        <translation>{field}：{cause}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/assign_features.py"/>
        <source>{file} and {other} differ in their CRS; reproject one of them.</source>
        <translation>{file} 与 {other} 的坐标系不同；请对其中之一作投影变换。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} cannot be opened: {reason}.</source>
        <translation>{file} 无法打开：{reason}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/files.py"/>
        <source>{file} cannot be read ({reason}); check that it exists and that you may read it.</source>
        <translation>无法读取 {file}（{reason}）；请检查文件是否存在、是否有读取权限。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>{file} cannot be read ({reason}); check the path, the layer's name and the format.</source>
        <translation>无法读取 {file}（{reason}）；请检查路径、图层名和格式。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/layer_files.py"/>
        <source>{file} cannot be read ({reason}); close the program that is using it, or restore it from a copy.</source>
        <translation>无法读取 {file}（{reason}）；请关闭正在使用它的程序，或用备份恢复。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>{file} cannot be read as Parquet ({reason}); write it anew.</source>
        <translation>{file} 无法作为 Parquet 读取（{reason}）；请重新生成。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/citygml.py"/>
        <source>{file} cannot be read further than line {line}, column {column} ({reason}); copy or download it again.</source>
        <translation>{file} 读到第 {line} 行第 {column} 列后无法继续（{reason}）；请重新复制或下载。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <location filename="../citycheck_qgis/storage/geopackage_edits.py"/>
        <source>{file} cannot be read: {reason}.</source>
        <translation>无法读取 {file}：{reason}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/files.py"/>
        <source>{file} cannot be unpacked to its end ({reason}); copy or download it again.</source>
        <translation>{file} 无法完整解压（{reason}）；请重新复制或下载。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage_edits.py"/>
        <source>{file} cannot be written: {reason}; nothing was changed.</source>
        <translation>{file} 无法写入：{reason}；没有改动任何内容。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/unread.py"/>
        <source>{file} could not be read to its end ({reason}); check that it is still there and that you may read it.</source>
        <translation>{file} 未能读到末尾（{reason}）；请检查文件是否还在、是否有读取权限。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/database.py"/>
        <source>{file} could not be read; the {n} buildings that the database had from it stay as they are.</source>
        <translation>{file} 无法读取；数据库中来自该文件的 {n} 栋建筑保持不变。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>{file} could not be understood ({reason}): its statements contradict each other, or CityCheck has a defect. Export it again; if that does not help, report it with the file.</source>
        <translation>{file} 无法理解（{reason}）：文件中的语句互相矛盾，或者 CityCheck 有缺陷。请重新导出；如果仍不行，请连同文件一起报告。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/add_columns.py"/>
        <source>{file} does not allow the new values: {reason}; remove the constraint or rename the column.</source>
        <translation>{file} 不接受新的值：{reason}；请去掉该约束或给列改名。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} does not say its schema (FILE_SCHEMA). Export it again as IFC2X3 or IFC4.</source>
        <translation>{file} 没有说明模式（FILE_SCHEMA）。请重新导出为 IFC2X3 或 IFC4。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage_edits.py"/>
        <source>{file} has a layer {layer} already; choose another name.</source>
        <translation>{file} 中已有图层 {layer}；请换一个名称。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <source>{file} has no layer with geometry; choose another file.</source>
        <translation>{file} 中没有带几何的图层；请另选文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage_edits.py"/>
        <source>{file} has no layer {layer}; choose one of: {layers}.</source>
        <translation>{file} 中没有图层 {layer}；请从中选择：{layers}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/database.py"/>
        <source>{file} has no table {table}; choose a database that CityCheck has made.</source>
        <translation>{file} 中没有表 {table}；请选择由 CityCheck 生成的数据库。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <location filename="../citycheck_qgis/storage/geopackage_edits.py"/>
        <source>{file} has several layers: {layers}; name one of them.</source>
        <translation>{file} 中有多个图层：{layers}；请指定其中之一。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>{file} has the layers {layers}; name the one that is meant.</source>
        <translation>{file} 中有图层 {layers}；请指明是哪一个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} has the schema {schema}, which is not read. Export it as IFC2X3, IFC4 or IFC4X3.</source>
        <translation>{file} 的模式是 {schema}，不支持读取。请导出为 IFC2X3、IFC4 或 IFC4X3。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} holds ifcXML, which is not read. Export the model as IFC in the STEP format.</source>
        <translation>{file} 中是 ifcXML，不支持读取。请把模型导出为 STEP 格式的 IFC。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/files.py"/>
        <source>{file} holds neither CityJSON nor CityGML; choose the archive with the city model.</source>
        <translation>{file} 中既没有 CityJSON，也没有 CityGML；请选择含城市模型的压缩包。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} holds no .ifc file.</source>
        <translation>{file} 中没有 .ifc 文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/careful_connections.py"/>
        <source>{file} holds no certificates that can be read (PEM); export them again.</source>
        <translation>{file} 中没有可读取的证书（PEM 格式）；请重新导出。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/files.py"/>
        <source>{file} holds {count} files, more than {most}; unpack it and read the city models in it.</source>
        <translation>{file} 中有 {count} 个文件，超过 {most} 个；请解压后读取其中的城市模型。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} holds {count} models, such as {first} and {second}; an .ifczip holds one. Unpack it and read the models one by one.</source>
        <translation>{file} 中有 {count} 个模型，例如 {first} 和 {second}；一个 .ifczip 只能含一个模型。请解压后逐个读取。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is JSON; IFC 5 and ifcJSON are not read. Export the model as IFC4 in the STEP format.</source>
        <translation>{file} 是 JSON；不支持读取 IFC 5 和 ifcJSON。请把模型导出为 STEP 格式的 IFC4。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is XML; ifcXML is not read. Export the model as IFC in the STEP format.</source>
        <translation>{file} 是 XML；不支持读取 ifcXML。请把模型导出为 STEP 格式的 IFC。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>{file} is a Parquet file without GeoParquet's description of its geometry; write it anew as GeoParquet.</source>
        <translation>{file} 是 Parquet 文件，但缺少 GeoParquet 的几何说明；请重新写成 GeoParquet。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is a damaged archive ({reason}). Copy it again.</source>
        <translation>{file} 是已损坏的压缩包（{reason}）。请重新复制。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/files.py"/>
        <source>{file} is a damaged archive ({reason}); copy or download it again.</source>
        <translation>{file} 是已损坏的压缩包（{reason}）；请重新复制或下载。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/files.py"/>
        <source>{file} is a web page, not a city model; download the file itself (a login page may have come in its place).</source>
        <translation>{file} 是网页，不是城市模型；请下载文件本身（下载到的可能是登录页面）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is a web page, not a model. Download the model again.</source>
        <translation>{file} 是网页，不是模型。请重新下载模型。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/files.py"/>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <location filename="../citycheck_qgis/storage/geopackage_edits.py"/>
        <source>{file} is being edited in another program; save and close it there and rerun.</source>
        <translation>{file} 正在另一个程序中编辑；请在那里保存并关闭，再重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/add_columns.py"/>
        <source>{file} is both input and output; choose another output file.</source>
        <translation>{file} 既是输入又是输出；请另选输出文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is cut off: it ends after {size} bytes without ENDSEC, so elements are missing. Export or copy it again.</source>
        <translation>{file} 不完整：到 {size} 字节处结束，没有 ENDSEC，因此缺少构件。请重新导出或复制。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is damaged: its text cannot be read as IFC ({reason}). Export or copy it again.</source>
        <translation>{file} 已损坏：其文字无法按 IFC 读取（{reason}）。请重新导出或复制。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/add_columns.py"/>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <source>{file} is damaged: {reason}; restore it from a copy, or save its layers anew.</source>
        <translation>{file} 已损坏：{reason}；请用备份恢复，或把其中的图层另存。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is empty. Export or copy it again.</source>
        <translation>{file} 是空的。请重新导出或复制。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/files.py"/>
        <source>{file} is empty; copy or download it again.</source>
        <translation>{file} 是空的；请重新复制或下载。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is encrypted. Unpack it with its password first.</source>
        <translation>{file} 已加密。请先用密码解压。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/files.py"/>
        <source>{file} is locked with a password; unpack it first.</source>
        <translation>{file} 有密码保护；请先解压。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/files.py"/>
        <source>{file} is neither CityJSON nor CityGML nor an archive of them; export the model as one of these.</source>
        <translation>{file} 既不是 CityJSON 或 CityGML，也不是含有它们的压缩包；请把模型导出为其中一种格式。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>{file} is no connection; choose a file that CityCheck wrote.</source>
        <translation>{file} 不是连接文件；请选择由 CityCheck 写出的文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package.py"/>
        <source>{file} is no exchange package of CityCheck; choose another file.</source>
        <translation>{file} 不是 CityCheck 的交换包；请另选文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>{file} is no exchange package or is damaged ({reason}); have it sent again.</source>
        <translation>{file} 不是交换包，或已损坏（{reason}）；请对方重新发送。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/resolveconflicts.py"/>
        <source>{file} is no journal of an exchange; choose another file.</source>
        <translation>{file} 不是交换日志；请另选文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <location filename="../citycheck_qgis/storage/geopackage_edits.py"/>
        <source>{file} is not a GeoPackage; choose another file.</source>
        <translation>{file} 不是 GeoPackage；请另选文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/database.py"/>
        <source>{file} is not a checkup database (GeoPackage); choose another file.</source>
        <translation>{file} 不是体检数据库（GeoPackage）；请另选文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is not an IFC file: it does not begin with ISO-10303-21. Export the model as IFC in the STEP format.</source>
        <translation>{file} 不是 IFC 文件：开头不是 ISO-10303-21。请把模型导出为 STEP 格式的 IFC。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is not unpacked: it would grow to more than {ratio} times its size or {size} GB, as no real model does.</source>
        <translation>{file} 未解压：解压后会超过自身大小的 {ratio} 倍或 {size} GB，真实的模型不会如此。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is not unpacked: its entry {entry} points outside of the archive.</source>
        <translation>{file} 未解压：其中的条目 {entry} 指向压缩包之外。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignunits.py"/>
        <source>{file} is open in the project (layer {layer}); remove it from the project, or give an output file.</source>
        <translation>{file} 已在工程中打开（图层 {layer}）；请从工程中移除该图层，或指定输出文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <source>{file} is too large for a connection; choose another file.</source>
        <translation>{file} 太大，不会是连接文件；请另选文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/files.py"/>
        <source>{file} is {kind}, not an IFC file. Unpack it, or export the model as IFC in the STEP format.</source>
        <translation>{file} 是{kind}，不是 IFC 文件。请先解压，或把模型导出为 STEP 格式的 IFC。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>{file} names no {place}; add it.</source>
        <translation>{file} 中没有 {place}；请补上。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/files.py"/>
        <source>{file} unpacks to far more than a city model of its size would; it was not read.</source>
        <translation>{file} 解压后远大于同样大小的城市模型；没有读取。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local_geopackage.py"/>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <location filename="../citycheck_qgis/units/partitions.py"/>
        <source>{file} was changed while it was read; run again.</source>
        <translation>{file} 在读取期间被修改；请重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>{file}: {place} is no setting of a connection; remove it, or write one of {known}.</source>
        <translation>{file}：{place} 不是连接的设置项；请删去，或改为 {known} 之一。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/members.py"/>
        <source>{file}: {place} must be {expected}; correct it.</source>
        <translation>{file}：{place} 必须是{expected}；请改正。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>{first} and {last}</source>
        <translation>{first} 和 {last}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>{first} or {last}</source>
        <translation>{first}或{last}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/parts.py"/>
        <source>{folder} has no GeoParquet files (*.parquet); check the folder.</source>
        <translation>{folder} 中没有 GeoParquet 文件（*.parquet）；请检查该文件夹。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/partitions.py"/>
        <source>{folder} holds {file}, which no run has written there; choose an empty folder.</source>
        <translation>{folder} 中有并非由运行写入的 {file}；请选择空文件夹。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/addresses.py"/>
        <source>{host} is an address of the machine's own network (link-local or metadata), where no platform lives; it was not asked.</source>
        <translation>{host} 是本机网络内部的地址（链路本地或元数据地址），不会是平台；没有访问。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/store.py"/>
        <source>{items} of {key} are not in conflict; choose among {conflicting}.</source>
        <translation>{key} 的 {items} 没有冲突；请在 {conflicting} 中选择。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package.py"/>
        <source>{key} in {collection} is deleted and there at once.</source>
        <translation>{collection} 中的 {key} 既标为已删除，又仍然存在。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>{kind} round {place} (corners: {n})</source>
        <translation>{kind}，{n} 个折点，中心 {place}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local.py"/>
        <source>{layer} can only be read; choose a layer of a GeoPackage.</source>
        <translation>{layer} 只能读取；请选择 GeoPackage 中的图层。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local.py"/>
        <source>{layer} has no CRS, so nobody can tell where its features are; set the layer's CRS and rerun.</source>
        <translation>{layer} 没有坐标系，无法确定要素的位置；请设置图层坐标系，再重新运行。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_inputs.py"/>
        <source>{layer} has no column {field} and is no table of a checkup, so its features have no keys; name the column that holds the key as KEY_FIELD.</source>
        <translation>{layer} 没有列 {field}，也不是体检数据表，因此要素没有唯一标识；请用 KEY_FIELD 指定唯一标识所在的列。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_inputs.py"/>
        <source>{layer} has no field of the status ({fields}); name its own as status_fields in the connection, or send all fields.</source>
        <translation>{layer} 没有状态字段（{fields}）；请在连接的 status_fields 中写明它的状态字段，或发送全部字段。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local.py"/>
        <source>{layer} has no field {field} that its features could be told by; choose the field that holds their key.</source>
        <translation>{layer} 没有可用来识别要素的字段 {field}；请选择唯一标识所在的字段。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <source>{layer} has no spatial index that can be read; its geometries were read one by one, which takes longer. Create a spatial index for the layer to speed this up.</source>
        <translation>{layer} 没有可读的空间索引，已改为逐个读取几何，耗时较长。为该图层创建空间索引可加快速度。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/add_columns.py"/>
        <source>{layer} in {file} has a column {column} of another kind ({kind}); rename it or choose another name for the result.</source>
        <translation>{file} 中的 {layer} 已有另一种类型（{kind}）的列 {column}；请给它改名。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <source>{layer} in {file} has no column {column}; choose another column.</source>
        <translation>{file} 中的 {layer} 没有列 {column}；请另选列。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage_edits.py"/>
        <source>{layer} in {file} is a view or has no whole number as key; save it as a layer of its own.</source>
        <translation>{file} 中的 {layer} 是视图，或没有整数主键；请另存为独立的图层。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/storage/geopackage.py"/>
        <source>{layer} in {file} is damaged: the table holds other rows than its key; save the layer anew.</source>
        <translation>{file} 中的 {layer} 已损坏：表中的行与主键不一致；请把该图层另存。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/pushlayer.py"/>
        <source>{layer} is no layer of a file, so there is no place for the journal beside it; name a file as JOURNAL.</source>
        <translation>{layer} 不是文件图层，旁边没有存放交换日志的位置；请用 JOURNAL 指定文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local_geopackage.py"/>
        <source>{layer} would have two fields of one name ({fields}); give one of them another name in the mapping.</source>
        <translation>{layer} 会出现同名字段（{fields}）；请在字段映射中给其中一个换名。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>{lost} of {total} {subject} ({percent:.1f} %) could not be used, more than the limit of {limit:g} %; the first is in {table}, cell {cell} ({reason}): correct it or raise the limit.</source>
        <translation>{subject}共 {total} 项，其中 {lost} 项（{percent:.1f} %）无法使用，超过上限 {limit:g} %；第一项在 {table} 的单元格 {cell}（{reason}）：请改正，或放宽上限。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/conservation.py"/>
        <source>{lost} of {total} {subject} ({percent:.1f} %) have no {partner}, more than the limit of {limit:g} %; look at the remainder, correct the input or raise the limit.</source>
        <translation>{subject}共 {total} 项，其中 {lost} 项（{percent:.1f} %）没有对应的{partner}，超过上限 {limit:g} %；请查看剩余，改正输入，或放宽上限。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/read.py"/>
        <source>{missed} of {wanted} elements gave no shape.</source>
        <translation>{wanted} 个构件中有 {missed} 个没有得到形体。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>{name} (copy {number})</source>
        <translation>{name}（副本 {number}）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>{name} (copy)</source>
        <translation>{name}（副本）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/package_files.py"/>
        <source>{name} in the package {file} is not what its checksum says; have it sent again.</source>
        <translation>交换包 {file} 中的 {name} 与校验值不符；请对方重新发送。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>{name} is no coordinate reference system of a map ({kind}).</source>
        <translation>{name} 不是地图的坐标系（{kind}）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{name} lies in {first} and {second}</source>
        <translation>{name}同时落在 {first} 和 {second} 中</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/supermap_dialect.py"/>
        <source>{name} reports an error of the platform: {reason}; run again.</source>
        <translation>{name} 报告平台出错：{reason}；请重新运行。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exportpackage.py"/>
        <source>{name}: features {n}, deleted {deleted}.</source>
        <translation>{name}：{n} 个要素，{deleted} 个已删除。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>{name}: {title}</source>
        <translation>{name}：{title}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/keys.py"/>
        <source>{number} rows have the same {fields} and so one key ({key}); make them differ, or delete all but one.</source>
        <translation>有 {number} 行的 {fields} 相同，因此唯一标识相同（{key}）；请改为不同，或只保留一行。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>{n} buildings lie far outside the area of {crs}, which distorts them; choose another CRS for the footprints.</source>
        <translation>有 {n} 栋建筑远在 {crs} 的适用范围之外，会变形；请为轮廓另选坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/checkup.py"/>
        <source>{n} buildings overlap another street more than their community's own.</source>
        <translation>有 {n} 栋建筑，与其他街道的重叠大于与所在社区所属街道的重叠。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/database.py"/>
        <source>{n} buildings that the database had from {file} are not in the file any more; their rows were removed.</source>
        <translation>数据库中来自 {file} 的 {n} 栋建筑已不在该文件中，相应的行已删除。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/explain.py"/>
        <source>{n} features lie in more than one community.</source>
        <translation>有 {n} 个要素跨多个社区。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/local_sources.py"/>
        <source>{n} features of {layer} have a geometry that cannot be exchanged (curves, or damaged); turn them into straight lines, or repair them, and run again.</source>
        <translation>{layer} 中有 {n} 个要素的几何不能交换（含曲线，或已损坏）；请转换为直线段或修复，再重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/comparing.py"/>
        <source>{n} features would be deleted and {allowed} may be; raise the ceiling of deletions to allow it.</source>
        <translation>将有 {n} 个要素被删除，上限是 {allowed} 个；如确需删除，请提高删除上限。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{n} geometries of level {level} were {what}.</source>
        <translation>{level}层级的几何中，{what}的有 {n} 个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>{n} of {of} features had another id the second time</source>
        <translation>{of} 个要素中，{n} 个第二次读取时 id 不同</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>{n} of {total} buildings have no known place or no polygon; they are in the layer of footprints without a place.</source>
        <translation>{total} 栋建筑中有 {n} 栋位置未知或没有多边形，放在“没有位置的轮廓”图层中。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/footprints/model_inputs.py"/>
        <source>{n} of {total} files could not be read; the status of the files says why.</source>
        <translation>{total} 个文件中有 {n} 个无法读取；原因见文件状态。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>{n} parts are in another CRS than the units; their overlaps were measured in {crs}, which takes longer.</source>
        <translation>{n} 个分片与体检单元的坐标系不同；其重叠在 {crs} 中量算，耗时较长。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>{n} parts are to be done.</source>
        <translation>有 {n} 个分片待处理。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/boundaries/assignparts.py"/>
        <source>{n} parts were done by an earlier run and are the same.</source>
        <translation>{n} 个分片此前已完成且没有变动。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/problems/edits.py"/>
        <source>{n} problems keep what was edited in the database since the last run.</source>
        <translation>{n} 个问题保留上次运行以来在数据库中的编辑。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/checkup.py"/>
        <source>{n} problems lie more than {metres:g} m from the building whose number they state; the number was believed: see the list of contradictions.</source>
        <translation>有 {n} 个问题的位置与所填楼栋编号对应的建筑相距超过 {metres:g} 米；已按楼栋编号定位，详见矛盾记录清单。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/problems/edits.py"/>
        <source>{n} problems that were added to the database by hand or from a platform stay.</source>
        <translation>手工或从平台加入数据库的 {n} 个问题保留不变。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>{n} seconds ahead of this machine's</source>
        <translation>比本机快 {n} 秒</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{n} unit codes of the {level} layer are malformed, first {detail}; a code has 6, 9 or 12 digits, or is a local text for a managed zone.</source>
        <translation>{level}图层有 {n} 个单元代码格式不对，第一个是{detail}；代码应为 6、9 或 12 位数字，管理区可用自定义文字。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{n} unit codes of the {level} layer occur twice, first {code} in {detail}; merge the parts or correct the codes.</source>
        <translation>{level}图层有 {n} 个单元代码重复，第一个是 {code}（{detail}）；请合并各部分，或改正代码。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/layouts.py"/>
        <source>{n} units of level city</source>
        <translation>市级单元有 {n} 个</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{n} units of level {upper} were made by merging {level} units by their codes.</source>
        <translation>按代码合并{level}，得到{upper}层级的单元 {n} 个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{n} units of the {level} layer are in two parents, first {code}: {detail}; give the parent column or split the unit.</source>
        <translation>{level}图层有 {n} 个单元落在两个上级中，第一个是 {code}：{detail}；请指定上级列，或拆分该单元。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{n} units of the {level} layer have no code, first {detail}; fill in the codes.</source>
        <translation>{level}图层有 {n} 个单元没有代码，第一个是{detail}；请补填代码。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{n} units of the {level} layer have no parent, first {code}: {detail}; correct the code, give the parent column or add the missing unit.</source>
        <translation>{level}图层有 {n} 个单元没有上级，第一个是 {code}：{detail}；请改正代码、指定上级列，或补上缺少的单元。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{n} units of the {level} layer have no usable geometry, first {code} in {detail}; redraw them.</source>
        <translation>{level}图层有 {n} 个单元没有可用的几何，第一个是 {code}（{detail}）；请重新绘制。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/sample.py"/>
        <source>{n} {level}</source>
        <translation>{n} 个{level}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>{n}, as read</source>
        <translation>{n} 个，与读取的一致</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/places.py"/>
        <source>{old} is not projected in metres without distortion; the polygons are in {new}.</source>
        <translation>{old} 不是以米为单位且无变形的投影坐标系；多边形采用 {new}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <source>{output} cannot be written; check that the folder exists and that you may write there.</source>
        <translation>{output}：无法写入；请检查文件夹是否存在、是否有写入权限。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>{packages} are not installed: {remedy}.</source>
        <translation>没有安装 {packages}：{remedy}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>{packages} is not installed: {remedy}.</source>
        <translation>没有安装 {packages}：{remedy}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>{package} in {folder} is a ready-made wheel with its own {library}, which crashes QGIS on Linux: remove it there (pip uninstall {package}), then {remedy}.</source>
        <translation>{folder} 中的 {package} 是自带 {library} 的预编译 wheel，在 Linux 上会使 QGIS 崩溃：请先从该处删除（pip uninstall {package}），然后{remedy}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/dependencies.py"/>
        <source>{package} {version} is too old, {needed} or later is needed: {remedy}.</source>
        <translation>{package} {version} 太旧，需要 {needed} 或更高版本：{remedy}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/displacement.py"/>
        <source>{pairs} footprints lie beside their buildings by the same way; moved by {east:+.1f} m east and {north:+.1f} m north they lie on them (half of them within {spread:.1f} m).</source>
        <translation>有 {pairs} 个轮廓以同样的距离和方向偏离对应的建筑；向东移动 {east:+.1f} 米、向北移动 {north:+.1f} 米即可落在建筑上（半数误差在 {spread:.1f} 米以内）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/displacement.py"/>
        <source>{pairs} footprints of {file} lie beside their buildings by the same way; moved by {east:+.1f} m east and {north:+.1f} m north they lie on them (half of them within {spread:.1f} m).</source>
        <translation>{file} 中有 {pairs} 个轮廓以同样的距离和方向偏离对应的建筑；向东移动 {east:+.1f} 米、向北移动 {north:+.1f} 米即可落在建筑上（半数误差在 {spread:.1f} 米以内）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>{path} exists and was not made by CityCheck, so it is left alone: choose another project file.</source>
        <translation>{path} 已存在，而且不是由 CityCheck 生成的，因此不作改动：请另选工程文件。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/maps/project.py"/>
        <source>{path}, layer {layer}</source>
        <translation>{path}，图层 {layer}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/coverage.py"/>
        <source>{percent:.0f} % of the area of 3D data lies outside the built-up area and is not counted; if that is too much, check the CRS of the models.</source>
        <translation>三维数据面积的 {percent:.0f} % 在建成区之外，不计入；如果比例过高，请检查模型的坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <source>{place} of connection {connection} holds a secret; take it out and use an authentication configuration.</source>
        <translation>连接“{connection}”的 {place} 含机密信息；请去掉，改用认证配置。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <source>{place} of connection {connection} is not known; remove it, or write one of {known}.</source>
        <translation>连接 {connection} 的 {place} 无法识别；请删除，或改为以下之一：{known}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <source>{place} of connection {connection} must be more than 0; correct it.</source>
        <translation>连接“{connection}”的 {place} 必须大于 0；请改正。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_options.py"/>
        <source>{place} of connection {connection} must be {expected}; correct it.</source>
        <translation>连接 {connection} 的 {place} 必须是{expected}；请改正。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>{place}, up to {distance:.2g} m from ours</source>
        <translation>{place}，与本地最大相距 {distance:.2g} 米</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{place}, which is also a {level}</source>
        <translation>{place}，它同时也是{level}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{place}: {detail}</source>
        <translation>{place}：{detail}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/local_sources.py"/>
        <source>{reason} A sync works on a saved layer of a GeoPackage; save the layer there first.</source>
        <translation>{reason}同步只能用于已保存在 GeoPackage 中的图层；请先把图层保存到 GeoPackage。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/writing.py"/>
        <source>{reason} The feature {key} was written so{undone}; nothing else was sent.</source>
        <translation>{reason}要素 {key} 已这样写入{undone}；此外没有发送任何内容。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_inputs.py"/>
        <source>{reason} What was done so far is in the journal {journal}; run again, and the run goes on from there.</source>
        <translation>{reason}已完成的部分记录在交换日志 {journal} 中；重新运行即可从那里继续。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs.py"/>
        <source>{said}</source>
        <translation>{said}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/answers.py"/>
        <source>{said} (status {status})</source>
        <translation>{said}（状态码 {status}）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_reading.py"/>
        <source>{said} are told, {read} were read</source>
        <translation>平台称 {said} 个，实际读到 {read} 个</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe_values.py"/>
        <location filename="../citycheck_qgis/cim/probe_writing.py"/>
        <source>{sent} became {stored}</source>
        <translation>{sent} 变成了 {stored}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/base.py"/>
        <source>{shown} of {total} rows are shown.</source>
        <translation>共 {total} 行，这里列出 {shown} 行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/templates.py"/>
        <source>{slot} of the address {address} would be “{text}”; the request was not sent: correct the description of the platform's rows in the options of the connection.</source>
        <translation>地址 {address} 中的 {slot} 会成为“{text}”；没有发送请求：请在连接的选项中改正对平台各行的描述。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/directions.py"/>
        <source>{source} ({direction}) has a number too many before it; the last two were taken.</source>
        <translation>{source}（{direction}）前面多了一个数值；已取后两个数值。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/directions.py"/>
        <source>{source} ({direction}) is no direction in plan; the y axis was taken.</source>
        <translation>{source}（{direction}）不是平面上的方向；已取 y 轴。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/facts.py"/>
        <source>{source} = {area} m² is set aside; it does not fit a building of {footprint} m² on the ground.</source>
        <translation>{source} = {area} 平方米，与占地 {footprint} 平方米的建筑不符；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/facts.py"/>
        <source>{source} = {value} is no year of construction and is set aside.</source>
        <translation>{source} = {value} 不是建造年份；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/facts.py"/>
        <source>{source} = {value} is set aside: it cannot be read as a number of storeys.</source>
        <translation>{source} = {value} 未采用：无法读作层数。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/facts.py"/>
        <source>{source} = {value} is set aside: it counts levels that are no storeys, or does not fit the height.</source>
        <translation>{source} = {value} 未采用：其中计入了不是楼层的标高，或者与高度不符。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source} and {other} give different places, and nothing tells which is right; none was used.</source>
        <translation>{source} 与 {other} 给出的位置不同，无法判断哪个正确；均未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/facts.py"/>
        <source>{source} fits the building only in another unit: {area} m² instead of {said} m².</source>
        <translation>{source} 换成另一种单位才与建筑相符：应为 {area} 平方米，而不是 {said} 平方米。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source} gives eastings and northings, but no CRS; give the CRS.</source>
        <translation>{source} 给出了东坐标和北坐标，但没有坐标系；请给出坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source} gives no eastings and northings; it was not used.</source>
        <translation>{source} 没有给出东坐标和北坐标；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source} gives other numbers than {used}; the latter was used.</source>
        <translation>{source} 与 {used} 的数值不同；已采用后者。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/resolve.py"/>
        <source>{source} lies {km:.1f} km from where {used} puts it; the latter was used.</source>
        <translation>{source} 与 {used} 给出的位置相距 {km:.1f} 千米；已采用后者。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/facts.py"/>
        <source>{source} says {said} m, the shape is {height} m high; the shape counts.</source>
        <translation>{source} 写的是 {said} 米，形体高 {height} 米；以形体为准。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/ifc/facts.py"/>
        <source>{source} says {said} storeys above ground, the model has {counted}.</source>
        <translation>{source} 写的是地上 {said} 层，模型中有 {counted} 层。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: FactorX and FactorY ({x}, {y}) would distort the building; they were not used.</source>
        <translation>{source}：FactorX 和 FactorY（{x}, {y}）会使建筑变形；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: a Mercator map enlarges {stretch:.3f} times here, which the file leaves out; the building keeps its true size.</source>
        <translation>{source}：墨卡托投影在此处放大 {stretch:.3f} 倍，文件没有计入；建筑保持真实大小。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: eastings and northings are in units of {unit} m, not of {declared} m as the file says.</source>
        <translation>{source}：东坐标和北坐标的单位是 {unit} 米，而不是文件注明的 {declared} 米。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source}: eastings and northings are zero, a placeholder; they were not used.</source>
        <translation>{source}：东坐标和北坐标为零，是占位值；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_coordinates.py"/>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: eastings and northings have changed places; they were swapped.</source>
        <translation>{source}：东坐标和北坐标写反了；已对调。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: eastings and northings hold degrees ({longitude}, {latitude}); they were read as such.</source>
        <translation>{source}：东坐标和北坐标中是度（{longitude}, {latitude}）；已按度读取。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/case.py"/>
        <source>{source}: in {crs} the coordinates lie {km:.0f} km from where latitude and longitude say, in {other} they agree with them; {other} was taken. Check the CRS.</source>
        <translation>{source}：在 {crs} 中坐标与经纬度相差 {km:.0f} 千米，在 {other} 中则一致；已采用 {other}。请检查坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/locations.py"/>
        <source>{source}: latitude and longitude are zero, a placeholder; they were not used.</source>
        <translation>{source}：经纬度为零，是占位值；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: no scale is given though project and map units differ; {scale} was taken.</source>
        <translation>{source}：项目单位与地图单位不同，却没有给出比例；已采用 {scale}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/directions.py"/>
        <source>{source}: only one part of the x axis direction is given ({x}, {y}); the model was not turned.</source>
        <translation>{source}：x 轴方向只给出了一个分量（{x}, {y}）；模型未旋转。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: several readings of the eastings and northings fit {crs}, and nothing tells which is right.</source>
        <translation>{source}：东坐标和北坐标有几种解读都符合 {crs}，无法判断哪种正确。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: the WorldCoordinateSystem of the context is moved, but with it the model would lie outside the area of the CRS; it was left out.</source>
        <translation>{source}：上下文的 WorldCoordinateSystem 有平移，但计入后模型会超出坐标系的适用范围；已略去。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: the WorldCoordinateSystem of the context is moved; the conversion was taken to start from there.</source>
        <translation>{source}：上下文的 WorldCoordinateSystem 有平移；地图转换按从该处起算处理。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source}: the WorldCoordinateSystem of the context is {lift:.3f} m up; the height of the conversion was taken to start from there.</source>
        <translation>{source}：上下文的 WorldCoordinateSystem 抬高了 {lift:.3f} 米；地图转换的高度按从该处起算处理。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/case.py"/>
        <source>{source}: the coordinates do not fit the CRS of the file; {crs} was taken, as the user says.</source>
        <translation>{source}：坐标与文件的坐标系不符；已采用用户给出的 {crs}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/zones.py"/>
        <source>{source}: the easting {easting:.0f} begins with the number of another zone than {crs}, and nothing tells which is right; give the right CRS or two control points.</source>
        <translation>{source}：东坐标 {easting:.0f} 开头的带号与 {crs} 不一致，无法判断哪个正确；请给出正确的坐标系或两个控制点。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/zones.py"/>
        <source>{source}: the easting {easting:.0f} begins with the number of another zone than {crs}; {other} was taken, which agrees with latitude and longitude.</source>
        <translation>{source}：东坐标 {easting:.0f} 开头的带号与 {crs} 不一致；已采用与经纬度一致的 {other}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/zones.py"/>
        <source>{source}: the easting {easting:.0f} begins with the zone number, which {crs} has not; it was taken off.</source>
        <translation>{source}：东坐标 {easting:.0f} 以带号开头，而 {crs} 不带带号；已去掉。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/zones.py"/>
        <source>{source}: the easting {easting:.0f} lacks the zone number that {crs} has before it; it was added.</source>
        <translation>{source}：东坐标 {easting:.0f} 缺少 {crs} 应有的带号；已补上。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/case.py"/>
        <source>{source}: the file names no CRS, but in {crs} (EPSG:{code}) the coordinates agree with latitude and longitude to {metres:.0f} m; it was taken. Give the CRS if it is another.</source>
        <translation>{source}：文件没有注明坐标系，但按 {crs}（EPSG:{code}）计算，坐标与经纬度相差在 {metres:.0f} 米以内；已采用。如果是其他坐标系，请给出。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/case.py"/>
        <source>{source}: the file names no usable CRS; {crs} was taken, as the user says.</source>
        <translation>{source}：文件没有注明可用的坐标系；已采用用户给出的 {crs}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source}: the height {height} cannot be; it was not used.</source>
        <translation>{source}：高度 {height} 不可能；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source}: the height {height} is in units of {unit} m, unlike eastings and northings.</source>
        <translation>{source}：高度 {height} 的单位是 {unit} 米，与东坐标和北坐标不同。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: the map unit ({unit} m) is not the foot of {crs} ({axis} m), which would be {shift:.1f} m; the foot of the CRS was taken.</source>
        <translation>{source}：地图单位（{unit} 米）不是 {crs} 的英尺（{axis} 米），会造成 {shift:.1f} 米的偏移；已采用坐标系的英尺。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_coordinates.py"/>
        <source>{source}: the model is drawn around {x:.0f}, {y:.0f}, as on a map, but the file names no CRS; give the CRS.</source>
        <translation>{source}：模型画在 {x:.0f}, {y:.0f} 附近，像是地图坐标，但文件没有注明坐标系；请给出坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_coordinates.py"/>
        <source>{source}: the model is drawn around {x:.0f}, {y:.0f}, which lies outside the area of {crs}.</source>
        <translation>{source}：模型画在 {x:.0f}, {y:.0f} 附近，超出 {crs} 的适用范围。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: the model is drawn in coordinates of {crs} already; the conversion on top was not used.</source>
        <translation>{source}：模型已经用 {crs} 的坐标绘制；再加的地图转换未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source}: the model is drawn {km:.0f} km from the origin that the conversion places; check the place.</source>
        <translation>{source}：模型与地图转换所定的原点相距 {km:.0f} 千米；请核对位置。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/case.py"/>
        <source>{source}: the model is drawn {km:.0f} km from the point that it places; it was not used.</source>
        <translation>{source}：模型与其所定的点相距 {km:.0f} 千米；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/case.py"/>
        <source>{source}: the model lies a little outside the area that {crs} is made for.</source>
        <translation>{source}：模型略微超出 {crs} 的适用范围。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/resolve.py"/>
        <source>{source}: the model would lie outside the area of {crs}; it was not placed.</source>
        <translation>{source}：模型会超出 {crs} 的适用范围；未定位。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/stated_crs.py"/>
        <source>{source}: the name means {name}, the WKT means {wkt}; the name was taken.</source>
        <translation>{source}：名称指的是 {name}，WKT 指的是 {wkt}；以名称为准。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_location.py"/>
        <source>{source}: the place comes from latitude and longitude of the site only; it may be off by metres to hundreds of metres (more where they were taken from a Chinese web map).</source>
        <translation>{source}：位置只来自场地的经纬度；误差可达几米至几百米（经纬度取自国内网络地图时更大）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source}: the place is given in degrees of {old}; the polygons are in {new}.</source>
        <translation>{source}：位置以 {old} 的度给出；多边形采用 {new}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_coordinates.py"/>
        <source>{source}: the placement is not in the unit of the project; it was multiplied by {unit}.</source>
        <translation>{source}：位置的数值不是项目单位；已乘以 {unit}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: the scale {scale} is far from one, but without it the building would be {size:.3g} m wide; it was used.</source>
        <translation>{source}：比例 {scale} 与 1 相差很大，但不用它建筑宽度会是 {size:.3g} 米；已采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: the scale {scale} is the reciprocal of the right one; it was turned over.</source>
        <translation>{source}：比例 {scale} 是正确比例的倒数；已取倒数。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: the scale {scale} leaves out that project and map units differ; the units were added.</source>
        <translation>{source}：比例 {scale} 没有计入项目单位与地图单位的差别；已补上单位换算。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: the scale {scale} would make the building {factor:.4g} times as long; it was not used.</source>
        <translation>{source}：比例 {scale} 会把建筑放大到 {factor:.4g} 倍；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/resolve.py"/>
        <source>{source}: the shift between the datums of {old} and {new} is not known; the place may be off by metres to hundreds of metres.</source>
        <translation>{source}：{old} 与 {new} 的基准之间的转换参数未知；位置可能偏差几米至几百米。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/directions.py"/>
        <source>{source}: the x axis direction ({x}, {y}) has no length; the model was not turned.</source>
        <translation>{source}：x 轴方向（{x}, {y}）长度为零；模型未旋转。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/directions.py"/>
        <source>{source}: the x axis direction ({x}, {y}) is not of length one; only its angle was used.</source>
        <translation>{source}：x 轴方向（{x}, {y}）的长度不是 1；只采用其角度。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/resolve.py"/>
        <source>{source}: true north is {degrees:.1f} degrees off what {used} says; the latter was used.</source>
        <translation>{source}：真北方向与 {used} 相差 {degrees:.1f} 度；已采用后者。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <location filename="../citycheck_qgis/footprints/georeference/conversions.py"/>
        <source>{source}: {eastings}, {northings} lies outside the area of {crs} in every unit that was tried; it was not used.</source>
        <translation>{source}：试过各种单位，{eastings}, {northings} 都超出 {crs} 的适用范围；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source}: {first}, {second} is not in the angle unit of the project; the unit was corrected.</source>
        <translation>{source}：{first}, {second} 不是项目的角度单位；单位已更正。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/by_conversion.py"/>
        <source>{source}: {first}, {second} may be longitude and latitude or the other way round; the longitude was taken to come first.</source>
        <translation>{source}：{first}, {second} 可能是先经度后纬度，也可能相反；已按先经度处理。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/locations.py"/>
        <source>{source}: {latitude:.4f}, {longitude:.4f} is given to whole minutes only (a kilometre or two), as in a list of cities; it was not used.</source>
        <translation>{source}：{latitude:.4f}, {longitude:.4f} 只精确到整分（一两千米），像是取自城市列表；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/locations.py"/>
        <source>{source}: {latitude:.5f}, {longitude:.5f} is the default location {name} of an authoring tool; it was not used.</source>
        <translation>{source}：{latitude:.5f}, {longitude:.5f} 是建模软件的默认位置 {name}；未采用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/stated_crs.py"/>
        <source>{source}: {name} is no CRS; datum, projection, zone or description say {crs}.</source>
        <translation>{source}：{name} 不是坐标系；由基准、投影、分带或说明判断为 {crs}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/stated_crs.py"/>
        <source>{source}: {name} is no vertical datum that is known.</source>
        <translation>{source}：{name} 不是已知的高程基准。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/resolve.py"/>
        <source>{source}: {old} is not projected in metres without distortion; the polygons are in {new}.</source>
        <translation>{source}：{old} 不是以米为单位且无变形的投影坐标系；多边形采用 {new}。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>{state} (features: {n}), for example: {reason}</source>
        <translation>{state}（要素数：{n}），例如：{reason}</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/exchange_results.py"/>
        <source>{state} (features: {n}): {reason}</source>
        <translation>{state}（{n} 个要素）：{reason}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/conservation.py"/>
        <source>{subject}: {total} = {matched} matched + {ambiguous} ambiguous + {unmatched} unmatched + {outside} outside</source>
        <translation>{subject}：{total} = 匹配 {matched} + 歧义 {ambiguous} + 未匹配 {unmatched} + 范围外 {outside}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/keys.py"/>
        <source>{table} is no table of a checkup whose rows have a key; name the field that holds the key.</source>
        <translation>{table} 不是带唯一标识的体检数据表；请指定唯一标识所在的字段。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>{table}: {layout}; {n} values</source>
        <translation>{table}：{layout}；{n} 个值</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/values.py"/>
        <source>{table}: {n} rows carry a code and the name of another unit; the code was used (first in row {row}: {name} beside the code of {other})</source>
        <translation>{table}：有 {n} 行的代码和名称不是同一个单元，以代码为准（第一处在第 {row} 行：名称是“{name}”，代码却是“{other}”的）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/unit_join.py"/>
        <source>{text!r} is neither a unit code nor a name</source>
        <translation>“{text}”既不是单元代码，也不是单元名称</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/arcgis_dialect.py"/>
        <location filename="../citycheck_qgis/cim/adapters/house.py"/>
        <location filename="../citycheck_qgis/cim/adapters/house_dialect.py"/>
        <location filename="../citycheck_qgis/cim/adapters/supermap_dialect.py"/>
        <source>{text} (code {code})</source>
        <translation>{text}（代码 {code}）</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>{text} is a datum, not a coordinate reference system: projection and zone are missing; give the code, such as EPSG:4547.</source>
        <translation>{text} 是基准，不是坐标系：缺少投影和分带；请给出代码，例如 EPSG:4547。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>{text} is no code of the EPSG register; check it.</source>
        <translation>{text} 不是 EPSG 登记的代码；请核对。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/unit_join.py"/>
        <source>{text} is the code of an upper unit, not of a {level}</source>
        <translation>{text} 是上级单元的代码，不是{level}的代码</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>{text} may be a code of the EPSG register or the year of a Chinese datum; give the code of the coordinate reference system, such as EPSG:4547.</source>
        <translation>{text} 可能是 EPSG 代码，也可能是中国基准的年份；请给出坐标系代码，例如 EPSG:4547。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/citymodels/places.py"/>
        <source>{text} names no CRS that is known.</source>
        <translation>{text} 不是已知的坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>{text} names no coordinate reference system that is known; give its code, such as EPSG:4547.</source>
        <translation>{text} 不是已知的坐标系；请给出其代码，例如 EPSG:4547。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>{text} names no datum; WGS 84 was assumed.</source>
        <translation>{text} 没有注明基准；已按 WGS 84 处理。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>{text} names no hemisphere; the northern one was assumed.</source>
        <translation>{text} 没有注明南北半球；已按北半球处理。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>{text} names no strip of 3 or 6 degrees that EPSG registers; give the WKT or the code of the coordinate reference system.</source>
        <translation>{text} 不是 EPSG 登记的 3 度带或 6 度带；请给出坐标系的 WKT 或代码。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/crs_names.py"/>
        <source>{text} was read as {crs}.</source>
        <translation>{text} 已按 {crs} 读取。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/exchange/probeplatform.py"/>
        <source>{topic}: {result}; {meaning}.</source>
        <translation>{topic}：{result}；{meaning}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connections.py"/>
        <source>{url} among the other origins of connection {connection} is more than an origin; enter {origin}.</source>
        <translation>连接“{connection}”的“其他允许的源”中，{url} 超出了源的范围；请填写 {origin}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_checks.py"/>
        <source>{url} is no address of a platform; it must begin with http:// or https:// and name a host.</source>
        <translation>{url} 不是平台地址；须以 http:// 或 https:// 开头，并写明主机。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/origins.py"/>
        <source>{url} is no address of a platform; it must begin with http:// or https://.</source>
        <translation>{url} 不是平台地址；须以 http:// 或 https:// 开头。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/connection_checks.py"/>
        <source>{url} is no address; correct it (https://host/path).</source>
        <translation>{url} 不是地址；请改正（格式为 https://主机/路径）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_documents.py"/>
        <source>{url} is no collection of features; check the address, and probe the platform.</source>
        <translation>{url} 不是要素集合；请检查地址并探测平台。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/wfs_reading.py"/>
        <source>{url} is no collection of features; probe the platform.</source>
        <translation>{url} 不是要素集合；请探测平台。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi_documents.py"/>
        <source>{url} is no document of an OGC API; check the address.</source>
        <translation>{url} 不是 OGC API 的文档；请检查地址。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi.py"/>
        <source>{url} is no feature; probe the platform.</source>
        <translation>{url} 不是要素；请探测平台。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/ogcapi.py"/>
        <source>{url} lists no collections; give the address of the landing page of an OGC API.</source>
        <translation>{url} 没有列出数据集；请给出 OGC API 首页（landing page）的地址。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/supermap_dialect.py"/>
        <source>{url} refused the request: {reason}.</source>
        <translation>{url} 拒绝了请求：{reason}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/local_edits.py"/>
        <source>{value} does not fit field {field} of type {type}; correct the type or the value, or leave the field out.</source>
        <translation>{value} 与 {type} 类型的字段 {field} 不符；请更正类型或数值，或者不交换该字段。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/mapping.py"/>
        <source>{value} does not fit the platform's field {field} of type {type}.</source>
        <translation>{value} 与平台上 {type} 类型的字段 {field} 不符。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/adapters/esri_values.py"/>
        <location filename="../citycheck_qgis/cim/adapters/iserver_values.py"/>
        <source>{value} is no date</source>
        <translation>{value} 不是日期</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>{value}, given as {parameter}, cannot be opened; check the path and the layer name.</source>
        <translation>{parameter} 给出的 {value} 无法打开；请检查路径和图层名称。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/documents.py"/>
        <source>{what} begins with a document type (DOCTYPE), through which XML can name other files and grow without end.</source>
        <translation>{what} 以文档类型声明（DOCTYPE）开头；XML 可借此引用其他文件并无限膨胀。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/store.py"/>
        <location filename="../citycheck_qgis/storage/add_columns.py"/>
        <location filename="../citycheck_qgis/storage/files.py"/>
        <location filename="../processing_algorithms/sources.py"/>
        <source>{what} cannot be written: {reason}.</source>
        <translation>{what} 无法写入：{reason}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/coordinates.py"/>
        <source>{what} has coordinates outside the area of {crs}; check the layer's CRS.</source>
        <translation>{what}有坐标超出 {crs} 的适用范围；请检查图层的坐标系。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/documents.py"/>
        <source>{what} has more than {n} parts; ask for smaller pages.</source>
        <translation>{what} 的组成部分超过 {n} 个；请减小每页要素数。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/control_layer.py"/>
        <source>{what} has no CRS; give the CRS of models that name none (MODEL_CRS).</source>
        <translation>{what}没有坐标系；请给出未注明坐标系的模型所用坐标系（MODEL_CRS）。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/coordinates.py"/>
        <source>{what} has no CRS; set the layer's CRS in QGIS (Layer &gt; Set CRS) and rerun.</source>
        <translation>{what}没有坐标系；请在 QGIS 中设置图层坐标系（图层 &gt; 设置图层坐标系），再重新运行。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/hierarchy.py"/>
        <source>{what} has no code column; its columns are {columns}: choose the one with the unit codes.</source>
        <translation>{what}没有代码列；现有的列：{columns}；请选择单元代码所在的列。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/columns.py"/>
        <source>{what} has no column {chosen!r}; its columns are {columns}: choose one of them.</source>
        <translation>{what}没有列“{chosen}”；现有的列：{columns}；请选择其中之一。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/control_layer.py"/>
        <source>{what} has no column {column}; it needs file, local_x, local_y, and easting and northing or points.</source>
        <translation>{what}没有列 {column}；须有 file、local_x、local_y，以及 easting（东坐标）和 northing（北坐标）或点几何。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/problems/survey.py"/>
        <source>{what} has no indicator column; its columns are {columns}: rename the one that says what was found to 指标.</source>
        <translation>{what}没有指标列；现有的列：{columns}；请把写明发现了什么问题的那一列改名为“指标”。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/documents.py"/>
        <source>{what} holds an integer of more than {n} digits.</source>
        <translation>{what} 含有超过 {n} 位的整数。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/documents.py"/>
        <source>{what} is nested deeper than {n} levels.</source>
        <translation>{what} 的嵌套超过 {n} 层。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connection_form.py"/>
        <source>{what} must be a JSON object; write it in braces.</source>
        <translation>{what}必须是 JSON 对象；请写在花括号中。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/coordinates.py"/>
        <source>{what} says {crs} (degrees), but its coordinates look like metres ({west:.0f} to {east:.0f}, {south:.0f} to {north:.0f}); set the layer's CRS to the projected one it was made in, such as EPSG:4547.</source>
        <translation>{what}写的是 {crs}（度），坐标却像是米（{west:.0f} 至 {east:.0f}，{south:.0f} 至 {north:.0f}）；请把图层坐标系设为制作时所用的投影坐标系，例如 EPSG:4547。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/coordinates.py"/>
        <source>{what} says {crs} (metres), but its coordinates look like degrees ({west:.3f} to {east:.3f}, {south:.3f} to {north:.3f}); set the layer's CRS to the geographic one it was made in, such as EPSG:4490.</source>
        <translation>{what}写的是 {crs}（米），坐标却像是度（{west:.3f} 至 {east:.3f}，{south:.3f} 至 {north:.3f}）；请把图层坐标系设为制作时所用的地理坐标系，例如 EPSG:4490。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/coordinates.py"/>
        <source>{what} says {crs}, but its eastings ({west:.0f} to {east:.0f}) belong to EPSG:{right}: eastings of eight digits begin with the zone number, those of six do not; set the layer's CRS to that one.</source>
        <translation>{what}标注的坐标系是 {crs}，但其横坐标（{west:.0f} 至 {east:.0f}）属于 EPSG:{right}：八位横坐标以带号开头，六位横坐标不带带号；请把图层坐标系改为后者。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/units/coordinates.py"/>
        <source>{what} was reprojected from {old} to {new}.</source>
        <translation>{what}已由 {old} 投影到 {new}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/evidence.py"/>
        <source>{where} cannot be read ({value}) and was left out.</source>
        <translation>{where} 无法读取（{value}），已略去。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/footprints/georeference/evidence.py"/>
        <source>{where} mixes signs ({value}); the minus was taken for all parts.</source>
        <translation>{where} 正负号混用（{value}）；已按各部分均为负处理。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/cim/probe.py"/>
        <source>{writes}</source>
        <translation>{writes}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/sample.py"/>
        <source>{year}: surveyed communities in streets that were not surveyed: {units}.</source>
        <translation>{year} 年：以下社区已体检，所在街道却未体检：{units}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/sample.py"/>
        <source>{year}: surveyed streets without a surveyed community: {units}.</source>
        <translation>{year} 年：以下街道已体检，却没有一个社区体检：{units}。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/sample.py"/>
        <source>{year}: {counts} surveyed</source>
        <translation>{year} 年：体检了 {counts}</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/sample.py"/>
        <source>{year}: {n} communities were surveyed; the rule asks for {least}, or {share:.0%} of {base}, here at least {needed}.</source>
        <translation>{year} 年：体检了 {n} 个社区；按要求不少于 {least} 个，或不少于{base}的 {share:.0%}，这里至少 {needed} 个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/indicators/sample.py"/>
        <source>{year}: {n} streets were surveyed; the rule asks for {least}.</source>
        <translation>{year} 年：体检了 {n} 个街道；按要求不少于 {least} 个。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>“{name}” answers.</source>
        <translation>“{name}”已应答。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>“{name}” does not work.</source>
        <translation>“{name}”无法使用。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/connections_page.py"/>
        <source>“{name}” was imported. Choose its sign-in with Edit.</source>
        <translation>已导入“{name}”。请点击“编辑”选择登录用的认证配置。</translation>
    </message>
    <message>
        <location filename="../citycheck_qgis/gui/probe_result.py"/>
        <source>“{name}” was not tested to the end.</source>
        <translation>“{name}”的测试没有完成。</translation>
    </message>
    <message>
        <location filename="../processing_algorithms/inputs.py"/>
        <source>审图号; a map that is made public needs one.</source>
        <translation>公开的地图必须有审图号。</translation>
    </message>
</context>
</TS>
