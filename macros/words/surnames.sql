{#- Word lists that stand in regular expressions, which must be constant to be compiled once. -#}

{% macro compound_surnames() -%}
欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|子车|亓官|司寇|巫马|公西|颛孙|壤驷|公良|漆雕|乐正|宰父|谷梁|拓跋|夹谷|轩辕|令狐|段干|百里|呼延|东郭|南门|羊舌|微生|左丘|东门|西门|第五|纳兰
{%- endmacro %}


{% macro single_surnames() -%}
{#- The surnames behind 老 小 阿: nearly everyone's, few enough to leave 小燕 or 阿美 a given name. -#}
王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎闫薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严武戚莫孔向汤温康施文牛樊葛邢安齐庞伍倪鲁管柴梅庄辛
{%- endmacro %}
