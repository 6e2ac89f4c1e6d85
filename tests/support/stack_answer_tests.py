"""Pairs of expressions from the answer tests of STACK, a question type of Moodle and ILIAS, with their verdicts.

The pairs are those of the tables of AlgEquiv, EqualComAss, CasEqual and Diff in its repository
(https://github.com/maths/moodle-qtype_stack, tests/fixtures/answertestfixtures.class.php) that can be written in the
language of this program; tan, sec, csc, sinh, lg and matrices are spelt in it. Left out are complex numbers, equations,
sets, intervals, logic, lists, infinity, and rows about what can't be read.

Each row is the right formula and an answer; the names in it are real unless a third column says otherwise.
"""

from __future__ import annotations

#: Right in STACK, and right here.
RIGHT = """
1/2 | 4^(-1/2)
sqrt(4) | 4^(1/2)
1/2 | 0.5
51/1000 | 5.1e-2
99999999/10^8 | 0.99999999
99999998/99999999 | 0.99999999
2*x+1 | (0.5+x)*2
(2*s^2+6*s-25)/(10*s) | 0.1*(2.0*s^2+6.0*s-25.0)/s
sqrt(x) | x^(1/2)
sqrt(x^2) | abs(x)
(abs(x)^(1/3)/abs(x))^(1/2) | 1/abs(x)^(1/3)
sqrt(1/x) | 1/sqrt(x)
(x^2-1)/(x+1) | x-1
2^((1/5.1)*t) | 2^((1/5.1)*t)
a^(b+c) | a^b*a^c
6*(x-2)^(3*k) | 6*((x-2)^3)^k
2+sqrt(12+4*x) | 2+2*sqrt(3+x)
(72*x^2+6)*e^(6*(y^2+x^2)) | 6*e^(6*(y^2+x^2))+72*x^2*e^(6*(y^2+x^2))
(2*pi)/(k/m)^(1/2) | (2*pi)/(k/m)^(1/2)
(2*pi)/(k/m)^(1/2) | (2*pi)*(m/k)^(1/2)
sqrt((2*x+10)/10) | sqrt(2*x/10+1)
((x+3)*(x^2+6*x+9))^(1/3) | ((x+3)^2*(x+3))^(1/3)
x^2-2*x+1 | (x-1)^2
x^3-1 | (x-1)*(x^2+x+1)
1/(x^2-2*x+1) | (x-1)^(-2)
(x-a)^6000 | (x-a)^6000
(x-a)^6000 | (a-x)^6000
(x-4*a)^6000 | (4*a-x)^6000
(k+8)/(k^2+4*k-12) | (k+8)/(k^2+4*k-12)
-(2*k+6)/(k^2+4*k-12) | -(2*k+6)/(k^2+4*k-12)
1/(n*(n+1)) | 1/n-1/(n+1)
x^2/2+3*x-1 | 0.5*x^2+3*x-1
cos(-x) | cos(x)
1 | cos(x)^2+sin(x)^2
cos(x)*cos(y)-sin(x)*sin(y) | cos(x+y)
cos(2*x) | 2*cos(x)^2-1
cos(1200*pi*x) | 1.0*cos(1200*pi*x)
-sin(x)^2+3*cos(x)^2+x | 2*cos(2*x)+x+1
tanh(x)/2+1/2 | 1/(1+exp(-2*x))
-cos(n*pi) | sin((2*pi*n-pi)/2)
2*log(a)+log(b) | log(a^2*b)
y^log(x) | x^log(y)
-log((1-x)/(x+1)) | log((x+1)/(1-x))
2*sqrt(3) | sqrt(12)
3+sqrt(2) | sqrt(11+6*sqrt(2))
(5*sqrt(2)-7)^7 | (19601-13860*sqrt(2))^(7/4)
sqrt(2*log(13)+4) | sqrt(2*log(26)+4-2*log(2))
4*sqrt(6)*x^3/27-(2*sqrt(6)*x^2)/9+(2*sqrt(6)*x)/3+sqrt(6) | sqrt(2)*sqrt(3)+2*(sqrt(2/3))*x-(2/3)*(sqrt(2/3))*x^2+(4/9)*(sqrt(2/3))*x^3
x*2+1 | 1+2*x
z+x+y | (x+y)+z
x*(5+x) | (x+5)*x
1-2 | +1-2
2-1 | -1+2
3*4-1*2 | -1*2+3*4
-x*y | x*(-y)
-(x*y) | x*(-y)
1/(2*x+1) | 1/(1+2*x)
a*(b/c) | (a*b)/c
((x+1)*(x-1))/(x*(x-1)) | ((x+1)/(x*(x-1)))*(x-1)
-(x/y) | (-x)/y
(b+a)/1 | (a+b)/1
e^x | exp(x)
(e^(x))^2 | exp(x)^2
3*x^2 | 3*x^2
6000*(x-a)^5999 | 6000*(x-a)^5999
1/cos(2*t)^2 - 1 | (2/cos(2*t)^2 - 2)/2
1 + 1/sin(3*x) | 1 + 1/sin(3*x)
-4*sin(6*z)/cos(4*z)^2 - 6*sin(4*z)/cos(4*z)*cos(6*z) | -4*(1/cos(4*z))^2*sin(6*z) - 6*sin(4*z)*cos(6*z)/cos(4*z)
-(6*cos(6*x)*sin(7*x) - 7*sin(6*x)*cos(7*x))/sin(6*x)^2 | (7*sin(6*x)*cos(7*x) - 6*cos(6*x)*sin(7*x))/sin(6*x)^2
sin(x/2)*cos(x) | sin(x/2)/(1 + sin(x)/cos(x)*sin(x/2)/cos(x/2))
x | log(10^x)/log(10)
x | log(3^x)/log(3)
4 | 1 + log(27)/log(3)
-3 | log(1/8)/log(2)
exp(1) - exp(-1) | e - e^-1
[[1, 2], [2, 3]] | [[1, 2], [2, 3]]
[[2*x, 2], [2, x^2]] | [[x + x, 2], [2, x*x]]
x^(1/m) | x^(1/m)
1 - sqrt(2) | 1 - 2^(1/2)
sign(-3) | -1
"""

#: Wrong in STACK, and wrong here.
WRONG = """
x_1 | x1
x | X
1 | 1/(R-r)
a+b+c+A+B | v+w+x+y+z
99999998/99999999 | 99999999/10^8
sqrt(x^2) | x
a_1 | a1
1/(x+1) | 1/(4*x-(pi+sqrt(2)))
(x-a)^5999 | (x-a)^6000
(k+8)/(k^2+4*k-12) | (k+7)/(k^2+4*k-12)
1/(a-b)+1/(b-a) | 1/(a-b)-1/(b-a)
512*(2*x+5)^7*(5*x-1)^5*(70*x+67) | 14336000000*x^13
cos(x)*cos(y)+sin(x)*sin(y) | cos(x+y)
x*cos(x^12/pi) | 4*x*cos(x^12/pi)
(log(2*x)+2)/(2*sqrt(x)) | (2*log(2*x)+x)/(2*x)
-log((1-x)/(x+2)) | log((x+1)/(1-x))
x^3*(x^4+1)^399 | 258552*x^7*(81*x^8+1)^398
8 | 3^2
2*x+1 | 1+x
A | a
3*x^2 | 3*X^2
3*x^2 | x^4/4
3*x^2 | x^4/4+1
3*x^2 | x^4/4+c
6000*(x-a)^5999 | 5999*(x-a)^5999
x^2-2*x+1 | y^2-2*y+1
y^2-2*y+1 | x^2-2*x+1
x^2-2*x+1 | y^2+2*y+1
e^x | e^x+c
e^x | e^x+2
4*sin(6*z)/cos(4*z)^2 + 6*sin(4*z)/cos(4*z)*cos(6*z) | -4*(1/cos(4*z))^2*sin(6*z) - 6*sin(4*z)*cos(6*z)/cos(4*z)
(6*cos(6*x)*sin(7*x) - 7*sin(6*x)*cos(7*x))/sin(6*x)^2 | (7*sin(6*x)*cos(7*x) - 6*cos(6*x)*sin(7*x))/sin(6*x)^2
3 | 1 + log(27)/log(3)
[[1, 2], [2, 5]] | [[1, 2], [2, 3]]
[[1, 2, 3], [2, 3, 3]] | [[1, 2], [2, 3]]
"""

#: Wrong in STACK, or not decided, and right here, by what the guide says about it.
RIGHT_ONLY_HERE = {
    "The form of an answer doesn't matter.": """
1/2 | 2/4
3/4 | 0.75
9 | 3^2
1 | cos(0)
2 | 4^(1/2)
(1/3)^(1/2) | 1/3^(1/2)
(1/3)^(1/2) | sqrt(3)/3
3^(1/2) | sqrt(3)
sqrt(8) | 2*sqrt(2)
sqrt(8) | 2*2^(1/2)
1/sqrt(8) | sqrt(2)/4
2^(1/2)/2 | 1/sqrt(2)
4 | 4.0
a^2*b^(-3) | a^2/b^3
x^(1/2) | x^(2/4)
2*x+1 | 1+x+x
x^2 | x*x
5*x+x^2 | x*(x+5)
(x-1)^2 | (1-x)^2
10 | (-1*2)+3*4
x*x | (-x)*(-x)
x^2 | (-x)*(-x)
3/6 | 1/2
1/(x+2) | 2/(4+2*x)
-(x/y) | x/(-y)
1/(x-1) | -1/(1-x)
1/(2*x) | 1/2*1/x
(k+8)/((k-2)*(k+6)) | (k+8)/(k^2+4*k-12)
x | 1*x
23 | 23+0*x
x | x+0
x | x^1
(a+b)/2 | (1/2)*(a+b)
e^(2*x) | exp(x)^2
i/3 | 1/3*i
4 | 2^2
2*x | x+x
x^2+x | x+x^2
(a+b)+c | a+(b+c)
a+b+c | (a+b)+c
a+b+c | a+(b+c)
""",
    "Decimals may be rounded.": """
4.52*10^2 | 452
1/3 | 0.333333333333333
1 | 0.99999999
x^2/3 | 0.333333333333333*x^2
(2*s^2+6*s-25)/(10*s) | 0.1*(2.0*s^2+6.0*s-25.00001)/s
20.4 | 100.4-80.0
2^(0.196078431373*t) | 2^((1/5.1)*t)
""",
    "If the right formula has no value, the answer may have any.": """
sqrt(x-3)*sqrt(x-5) | sqrt((x-3)*(x-5))
a^(b*c) | (a^b)^c
""",
    "Formulas are compared by their values, not by rules.": """
1/(n+2)*((n+1)^(1/(n+1)))^(n+2) | (n+1)^((n+2)/(n+1))/(n+2)
log(abs(x-3))+log(abs(x+3)) | log(abs((x^2-9)))
1 | abs(x^2-4)/(abs(x-2)*abs(x+2))
abs(x-2)*abs(x+2) | abs(x^2-4)
2 | (sqrt(108)+10)^(1/3)-(sqrt(108)-10)^(1/3)
sqrt(sqrt(2)+2)/2 | (sqrt(2+sqrt(2))+sqrt(2-sqrt(2)))/(2*sqrt(2))
0 | sqrt(2*x*sqrt(x^2+1)+2*x^2+1)-sqrt(x^2+1)-x
1 | (77+20*sqrt(13))^(1/6)-(77-20*sqrt(13))^(1/6)
1 | (930249+416020*sqrt(5))^(1/30)-(930249-416020*sqrt(5))^(1/30)
""",
}

#: Wrong in STACK, and right so far here.
COARSE_ONLY_HERE = """
1/3 | 0.33
[[0.333, 1], [1, 1]] | [[0.33, 1], [1, 1]]
"""

#: Right in STACK, and right here if the domains of the symbols are declared.
RIGHT_WITH_DOMAINS = """
1 | sqrt(k/m)*sqrt(m/k) | k positive, m positive
"""

#: Right in STACK, and wrong here: for real numbers n the answer has no value.
WRONG_ONLY_HERE = """
1 | sqrt(k/m)*sqrt(m/k)
(-cos(x))^n | (-1)^n*cos(x)^n
"""

#: Wrong in STACK, and refused here: the answer is no real number.
REFUSED_HERE = """
(5*sqrt(2)-7)^7 | (19601-13861*sqrt(2))^(7/4)
"""
